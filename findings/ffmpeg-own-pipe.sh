#!/bin/sh
# ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# ffmpeg writes AIFF, W64 and RF64 to a pipe with exit status 0 and no word at `-v warning`, though
# it cannot go back to fill in the lengths. It then refuses the AIFF and the W64 that it wrote, and
# hears nothing in the RF64: no sound, exit status 0, and nothing said at `-v error`. The sound is
# all there. WAV, CAF and AU, written so, it reads whole.
#
# Seen, of 10 s at 16 kHz and 16 bits:
#   wav: written with status 0, 320078 bytes; read with status 0, 320000 bytes
#   caf: written with status 0, 320129 bytes; read with status 0, 320000 bytes
#   au: written with status 0, 320032 bytes; read with status 0, 320000 bytes
#   aiff: written with status 0, 320054 bytes; read with status 183, 0 bytes, Error opening input
#   w64: written with status 0, 320104 bytes; read with status 183, 0 bytes, Error opening input
#   rf64: written with status 0, 320114 bytes; read with status 0, 0 bytes
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
# Writes the format $1 (with the options that follow) to a pipe, and reads what came of it.
round_trip() {
  name=$1
  shift
  { "$ffmpeg" -v warning -f lavfi -i sine=440:r=16000:d=10 "$@" - 2>said || echo >failed; } | cat >file
  [ ! -e failed ]
  [ ! -s said ]
  [ "$(wc -c <file)" -gt 320000 ]
  status=0
  "$ffmpeg" -v error -i file -f s16le - >out 2>errors || status=$?
  bytes=$(wc -c <out)
  echo "$name: written with status 0, $(wc -c <file) bytes; read with status $status, $bytes" \
    "bytes$(sed -n 's/.*\(Error opening input\):.*/, \1/p' errors | head -n 1)"
}
for format in wav caf au; do
  round_trip "$format" -f "$format"
  [ "$status" -eq 0 ]
  [ "$bytes" -eq 320000 ]
done
for format in aiff w64; do
  round_trip "$format" -f "$format"
  [ "$status" -ne 0 ]
  [ "$bytes" -eq 0 ]
done
round_trip rf64 -f wav -rf64 always
[ "$status" -eq 0 ] && [ "$bytes" -eq 0 ] && [ ! -s errors ]
