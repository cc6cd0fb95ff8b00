#!/bin/sh
# ffmpeg 9.0 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# Where the sound of a film starts four seconds after its picture, subtitles that are made from the
# sound alone have to know. `-af aresample=async=1:first_pts=0` is the usual advice: it fills the
# beginning with silence. It does in MP4 and Matroska; in MPEG-TS it does nothing, as ffmpeg counts
# there from the first stamp of the streams that are used, and the picture is not. Subtitles come
# four seconds early, with exit status 0 and nothing said. `-copyts` keeps the stamps; the start of
# the file, to be taken off, is in what ffmpeg says of its input.
#
# Seen: seconds of sound "mp4 6 mkv 6 ts 2", first stamp in MPEG-TS with -copyts 5.33, start 1.40.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
lengths=""
for format in mp4 mkv ts; do
  "$ffmpeg" -v error -f lavfi -i color=s=64x64:r=10:d=8 -itsoffset 4 -f lavfi -i sine=d=2:r=16000 \
    -map 0 -map 1 -c:v mpeg4 -c:a aac "late.$format"
  bytes=$("$ffmpeg" -v error -i "late.$format" -map 0:a -af aresample=async=1:first_pts=0 \
    -ar 16000 -ac 1 -f s16le - | wc -c)
  lengths="$lengths$format $(((bytes + 16000) / 32000)) "
done
echo "seconds of sound: $lengths"
start=$("$ffmpeg" -hide_banner -i late.ts 2>&1 | sed -n 's/.*start: \([0-9.]*\).*/\1/p')
first=$("$ffmpeg" -copyts -i late.ts -map 0:a -af ashowinfo -f null - 2>&1 |
  sed -n 's/.* n:0 .*pts_time:\([0-9.]*\).*/\1/p')
echo "with -copyts: first stamp $first, start $start"
[ "$lengths" = "mp4 6 mkv 6 ts 2 " ]
