#!/bin/sh
# ffmpeg 9.0 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# An MP4 file whose index (moov) follows its media (mdat), as most recorders and ffmpeg itself write
# it, cannot be decoded from a pipe once it is larger than what ffmpeg buffers. ffmpeg says so on
# standard error, but gives no sound at all with exit status 0: a caller that trusts the status
# takes an hour of speech for silence. The same file by its name is decoded whole.
#
# Seen: "by name: status 0, 1920000 bytes" and "from a pipe: status 0, 0 bytes".
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
"$ffmpeg" -v error -f lavfi -i anoisesrc=r=16000:d=60:seed=1 -c:a aac noise.mp4
pcm="-f s16le -ac 1 -ar 16000"
status=0
"$ffmpeg" -v error -i noise.mp4 $pcm - >by-name || status=$?
echo "by name: status $status, $(wc -c <by-name) bytes"
status=0
cat noise.mp4 | "$ffmpeg" -v error -i - $pcm - >from-pipe || status=$?
echo "from a pipe: status $status, $(wc -c <from-pipe) bytes"
[ "$(wc -c <by-name)" -ge 1900000 ] && [ "$status" -eq 0 ] && [ "$(wc -c <from-pipe)" -eq 0 ]
