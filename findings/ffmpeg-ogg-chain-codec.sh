#!/bin/sh
# ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# Ogg files may be joined by `cat` (RFC 3533, section 4: chaining), and ffmpeg plays a chain whole as
# long as each link has the codec of the first. Where the codec changes, it stops: what follows is
# gone, with exit status 0. The errors that it prints ("failed to create or replace stream", "Error
# during demuxing: Invalid argument") do not name the cause; only `-xerror` gives another status.
#
# Seen, of two links of 10 s each at 16 kHz and 16 bits (20 s are 640000 bytes):
#   opus opus: status 0, 640000 bytes
#   opus vorbis: status 0, 320000 bytes, Error during demuxing: Invalid argument
#   vorbis opus: status 0, 320000 bytes, Error during demuxing: Invalid argument
#   flac opus: status 0, 320000 bytes, Error during demuxing: Invalid argument
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
for codec in libopus libvorbis flac; do
  "$ffmpeg" -v error -f lavfi -i sine=440:r=48000:d=10 -c:a "$codec" -f ogg "${codec#lib}"
done
# Decodes a chain of two links into the file out.
chain() {
  cat "$1" "$2" >joined.ogg
  status=0
  "$ffmpeg" -v error -i joined.ogg -f s16le -ac 1 -ar 16000 - >out 2>errors || status=$?
  bytes=$(wc -c <out)
  echo "$1 $2: status $status, $bytes bytes$(sed -n 's/.*\(Error during\)/, \1/p' errors)"
}
chain opus opus
[ "$status" -eq 0 ]
[ "$bytes" -ge 630000 ]
for links in "opus vorbis" "vorbis opus" "flac opus"; do
  chain $links
  [ "$status" -eq 0 ]
  [ "$bytes" -le 330000 ]
done
