#!/bin/sh
# ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# Of a file that was cut (a transfer that broke off, a full disk), ffmpeg says at `-v warning` that
# it "ended prematurely" when it is Matroska. It says nothing when it is Ogg, though the last page of
# a whole Ogg stream carries a mark (RFC 3533: end of stream) that is missing then; nothing for AIFF
# and AU, whose headers state the length; and nothing for an MP3 from a pipe, or one by its name of
# which less than a sixteenth is missing, though its Xing or Info header counts the frames. The
# exit status is 0, with `-xerror -err_detect explode` too.
#
# Seen, of 600 s (19200000 bytes) of which the last twentieth of the file was cut off, and of an MP3
# that was cut in half:
#   mka: status 0, 18248752 bytes, [in#0/matroska,webm] File ended prematurely
#   opus: status 0, 18207792 bytes, nothing said
#   vorbis: status 0, 18218240 bytes, nothing said
#   aiff: status 0, 18239996 bytes, nothing said
#   au: status 0, 18239998 bytes, nothing said
#   mp3: status 0, 18240862 bytes, nothing said
#   mp3, cut in half: status 0, 9598558 bytes, [in#0] filesize and duration do not match (growing file?)
#   mp3, cut in half, from a pipe: status 0, 9598558 bytes, nothing said
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
# Decodes the input $2, which $1 names, strictly, and tells what was said.
decode() {
  status=0
  "$ffmpeg" -v warning -xerror -err_detect explode -i "$2" -f s16le -ac 1 -ar 16000 - >out 2>said ||
    status=$?
  # What is said of raw mono, cut or whole, is no matter.
  said=$(grep -v 'Guessed Channel Layout' said | sed 's/ @ [^]]*//' || true)
  bytes=$(wc -c <out)
  echo "$1: status $status, $bytes bytes, ${said:-nothing said}"
}
# Keeps the first $2 twentieths of the file $1, of samples of two bytes.
cut_file() { head -c $(($(wc -c <"$1") * $2 / 40 * 2)) "$1" >cut; }
"$ffmpeg" -v error -f lavfi -i anoisesrc=r=16000:d=600:seed=1 -c:a libopus -f matroska mka \
  -c:a libopus -f ogg opus -c:a libvorbis -f ogg vorbis -f aiff aiff -f au au -f mp3 mp3
cut_file mka 19
decode mka cut
[ -n "$said" ]
for format in opus vorbis aiff au mp3; do
  cut_file "$format" 19
  decode "$format" cut
  [ "$status" -eq 0 ]
  [ -z "$said" ]
  [ "$bytes" -gt 17000000 ]
  [ "$bytes" -lt 18500000 ]
done
cut_file mp3 10
decode "mp3, cut in half" cut
[ -n "$said" ]
mkfifo pipe
cat cut >pipe &
decode "mp3, cut in half, from a pipe" - <pipe
[ "$status" -eq 0 ]
[ -z "$said" ]
[ "$bytes" -lt 10000000 ]
