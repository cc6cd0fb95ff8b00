#!/bin/sh
# ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# `-map 0:a:1` takes the second audio stream by index. The list that ffmpeg prints looks as if one
# could count in it, but of an MPEG transport stream it goes program by program: when the map of the
# second program comes first in the file, as it may, its streams have the lower indices and stand
# lower in the list; and a stream that two programs share is listed twice.
#
# Seen, for program 1 with German and English, program 2 with French and English (the same stream):
#   listed: 0:2(deu) 0:1(eng) 0:0(fra) 0:1(eng)
#   -map 0:a:0 is fra, -map 0:a:1 is eng, -map 0:a:2 is deu
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
"$ffmpeg" -v error -f lavfi -i sine=440:r=48000:d=5 -f lavfi -i sine=660:r=48000:d=5 \
  -f lavfi -i sine=880:r=48000:d=5 -map 0 -map 1 -map 2 -c:a mp2 -metadata:s:0 language=deu \
  -metadata:s:1 language=fra -metadata:s:2 language=eng \
  -program program_num=1:st=0:st=2 -program program_num=2:st=1:st=2 in-order.ts
# Program maps are packets of their own here, with the identifiers 0x1000 and 0x1001: each two
# change places.
"$work/venv/bin/python" - <<'PYTHON'
packets = [*zip(*[iter(open("in-order.ts", "rb").read())] * 188)]
identifiers = [(packet[1] & 0x1F) << 8 | packet[2] for packet in packets]
firsts = [i for i, identifier in enumerate(identifiers) if identifier == 0x1000]
seconds = [i for i, identifier in enumerate(identifiers) if identifier == 0x1001]
for i, j in zip(firsts, seconds):
    packets[i], packets[j] = packets[j], packets[i]
open("maps-swapped.ts", "wb").write(b"".join(map(bytes, packets)))
PYTHON
streams() { sed -n 's/.*Stream #\(0:[0-9]\)[^(]*\(([a-z]*)\): Audio.*/\1\2/p'; }
listed=$("$ffmpeg" -hide_banner -i maps-swapped.ts 2>&1 | streams | tr '\n' ' ')
echo "listed: $listed"
mapped=
for n in 0 1 2; do
  "$ffmpeg" -v error -y -i maps-swapped.ts -map "0:a:$n" -c copy one.mka
  mapped="$mapped$("$ffmpeg" -hide_banner -i one.mka 2>&1 | streams | sed 's/0:0//')"
done
echo "-map 0:a:0, 0:a:1, 0:a:2: $mapped"
[ "$listed" = "0:2(deu) 0:1(eng) 0:0(fra) 0:1(eng) " ] && [ "$mapped" = "(fra)(eng)(deu)" ]
