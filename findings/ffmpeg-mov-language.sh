#!/bin/sh
# ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# Twenty languages have two codes in ISO 639-2 (German is "deu" and "ger"), and both are met in media
# files. Copying a track from MP4 to MOV, ffmpeg keeps one of the two and drops the other, without a
# word at `-v warning`: which one depends on the language, now the bibliographic code (ger, dut,
# chi), now the terminological one (fra, ces). A code outside its table (lug, Luganda) goes too.
# MP4 and Matroska keep all of them.
#
# Seen, as language in MP4 > in MOV > in Matroska:
#   deu>>deu ger>ger>ger nld>>nld dut>dut>dut zho>>zho chi>chi>chi
#   fra>fra>fra fre>>fre ces>ces>ces cze>>cze lug>>lug
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
language() {
  "$ffmpeg" -hide_banner -i "$1" 2>&1 | sed -n 's/.*Stream #0:0[^(]*(\([a-z]*\)): Audio.*/\1/p'
}
seen=
for code in deu ger nld dut zho chi fra fre ces cze lug; do
  "$ffmpeg" -v error -y -f lavfi -i sine=d=1 -metadata:s:a:0 language="$code" a.mp4
  for copy in a.mov a.mkv; do
    "$ffmpeg" -v warning -y -i a.mp4 -c copy "$copy" 2>said
    [ ! -s said ]
  done
  seen="$seen $(language a.mp4)>$(language a.mov)>$(language a.mkv)"
done
echo "seen:$seen"
kept=" deu>>deu ger>ger>ger nld>>nld dut>dut>dut zho>>zho chi>chi>chi"
[ "$seen" = "$kept fra>fra>fra fre>>fre ces>ces>ces cze>>cze lug>>lug" ]
