#!/bin/sh
# QEMU 7.2.22 (qemu-user-static of Debian 12), Linux x86-64.
#
# AVX's masked load reads nothing where its mask is empty, so compilers make `p ? p[i] : 0` of it,
# and load from a null pointer with an empty mask. Processors do that without a fault, also those
# of AMD, whose manual leaves it open. The emulator reads all the same, and the program ends.
#
# Seen:
#   on this machine: 0
#   as a Haswell: exit status 139
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -o APT::Sandbox::User=root download --quiet qemu-user-static >/dev/null
dpkg -x qemu-user-static_*.deb .
cat >load.c <<'C'
#include <immintrin.h>
#include <stdio.h>
int main(int count, char **words) {
  const float *nothing = count > 9 ? (const float *)words : 0;
  float out[8];
  _mm256_storeu_ps(out, _mm256_maskload_ps(nothing, _mm256_setzero_si256()));
  printf("%g\n", out[0]);
}
C
cc -O1 -mavx2 load.c -o load
echo "on this machine: $(./load)"
status=0
usr/bin/qemu-x86_64-static -cpu Haswell ./load >/dev/null 2>&1 || status=$?
echo "as a Haswell: exit status $status"
[ "$status" -eq 139 ]
