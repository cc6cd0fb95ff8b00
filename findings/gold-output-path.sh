#!/bin/sh
# GNU gold 1.16 of binutils 2.40 (Debian 12: apt install binutils), Linux x86-64.
#
# A shared library without a soname has the name of its file in the first entry of its version definitions. GNU ld and lld
# write the last part of the path there; gold, which the Swift toolchain for Linux links with, writes the path of -o as it
# was given. So the same objects give other bytes in another folder, and the library tells where it was linked.
#
# Seen: `--output` with two folders gives two libraries that differ; by a bare name, from within each folder, they are equal.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf '.globl shown\n.type shown, @function\nshown: ret\n' | as -o object.o -
echo 'V1 { global: shown; local: *; };' >exports.map
for folder in one two; do
  mkdir "$folder"
  ld.gold -shared --version-script=exports.map --output="$work/$folder/path.so" object.o
  (cd "$folder" && ld.gold -shared --version-script=../exports.map --output=bare.so ../object.o)
done
readelf --version-info one/path.so | grep BASE
cmp -s one/bare.so two/bare.so && ! cmp -s one/path.so two/path.so
