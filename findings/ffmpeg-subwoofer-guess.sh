#!/bin/sh
# ffmpeg 9.0 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# Field recorders write six or eight microphones as channels of one WAV, without a layout. ffmpeg
# takes six for 5.1, so `-ac 1` is no mean of the channels: the fourth, by that guess a subwoofer,
# is left out entirely, and the others get weights of 1.4 to 1. Who spoke into the fourth microphone
# is not heard, with exit status 0 and nothing said at `-v error`. `-af pan=mono|c0=c0+c1+…`
# gives the mean.
#
# Seen: peaks of "1864 1864 2636 0 1318 1318" for a tone of 9000 in channel 1, 2, … 6 alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
peaks=$("$work/venv/bin/python" - "$ffmpeg" <<'PYTHON'
import array, math, subprocess, sys, wave

def peak(channel):
    frames = array.array("h")
    for i in range(16000):
        frames.extend(round(9000 * math.sin(i / 5)) if c == channel else 0 for c in range(6))
    with wave.open("six.wav", "wb") as file:
        file.setparams((6, 2, 16000, 0, "NONE", ""))
        file.writeframes(frames.tobytes())
    command = [sys.argv[1], "-v", "error", "-i", "six.wav", "-ac", "1", "-f", "s16le", "-"]
    mono = subprocess.run(command, check=True, capture_output=True).stdout
    return max(map(abs, array.array("h", mono)))

print(*(peak(channel) for channel in range(6)))
PYTHON
)
echo "peaks: $peaks"
set -- $peaks
[ "$4" -eq 0 ] && [ "$1" -gt 1000 ] && [ "$3" -gt "$1" ]
