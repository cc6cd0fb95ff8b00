#!/bin/sh
# ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1), Linux x86-64.
#
# RIFX is WAV with numbers in big-endian order, headers and samples alike. ffmpeg knows the name and
# reads the header so, but takes the samples as little-endian ones: a quiet tone comes out as loud
# noise, with exit status 0 and no word at `-v error`.
#
# Seen, of 1 s of a tone at a tenth of full scale, 16 kHz and 16 bits:
#   RIFF: status 0, s16le, 16000 samples, peak 3276
#   RIFX: status 0, s16le, 16000 samples, peak 32267; bytes swapped, the peak is 3276
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1
cd "$work"
venv/bin/python - <<'PYTHON'
import array
import math
import struct
import subprocess

import imageio_ffmpeg

rate = 16000
tone = [int(3276.7 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(rate)]


def wave(order, name):
    header = struct.pack(order + "HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    samples = struct.pack(f"{order}{rate}h", *tone)
    size = lambda length: struct.pack(order + "I", length)
    body = b"WAVEfmt " + size(len(header)) + header + b"data" + size(len(samples)) + samples
    return name + size(len(body)) + body


def heard(name, content):
    with open(name, "wb") as file:
        file.write(content)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", name]
    done = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    info = subprocess.run([command[0], "-i", name], capture_output=True, text=True).stderr
    assert "Audio: pcm_s16le" in info, info
    samples = array.array("h")
    samples.frombytes(done.stdout)
    return samples


peak = lambda samples: max(abs(sample) for sample in samples)
plain = heard("tone.wav", wave("<", b"RIFF"))
swapped = heard("tone.rifx.wav", wave(">", b"RIFX"))
print(f"RIFF: status 0, s16le, {len(plain)} samples, peak {peak(plain)}")
loud = peak(swapped)
swapped_back = array.array("h", swapped)
swapped_back.byteswap()
print(f"RIFX: status 0, s16le, {len(swapped)} samples, peak {loud}; bytes swapped, the peak is {peak(swapped_back)}")
assert plain.tolist() == tone
assert loud > 30000 and swapped_back.tolist() == tone
PYTHON
