#!/bin/sh
# libopus and libvorbis in ffmpeg 9.0.2 (PyPI imageio-ffmpeg 0.8.1, numpy 2.4.6), Linux x86-64.
#
# A recording whose right channel is the left one upside down (a balanced line plugged into a stereo
# jack) cancels when the channels are averaged, so careful readers look for a correlation near -1.
# Lossy stereo hides it. At 24 kb/s Opus puts what is above 8 kHz into both channels in phase, Vorbis
# at its lowest quality what is above 6 kHz: the lower frequencies, speech, still are opposite, but
# after pre-emphasis (the difference of neighbouring samples) the correlation of the whole is well
# above zero. At 16 kb/s Opus keeps but the mean of the channels, so it stores silence: no error.
#
# Seen for pink noise: level against the input in dB, correlation in 0.1-1, 1-4, 4-6, 6-8, 8-12 kHz,
# and that of the whole after pre-emphasis:
#   libopus -b:a 16k: level -80, bands 1.0 1.0 1.0 1.0 1.0 pre-emphasized 1.0
#   libopus -b:a 24k: level -1, bands -1.0 -1.0 -1.0 0.1 1.0 pre-emphasized 0.7
#   libvorbis -q:a 0: level -1, bands -1.0 -1.0 -1.0 1.0 1.0 pre-emphasized 1.0
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.8.1 numpy==2.4.6
ffmpeg=$("$work/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$work"
"$work/venv/bin/python" - "$ffmpeg" <<'PYTHON'
import subprocess, sys
import numpy as np

rate = 48000
frequency = np.fft.rfftfreq(20 * rate, 1 / rate)
white = np.random.default_rng(1).standard_normal(20 * rate)
left = np.fft.irfft(np.fft.rfft(white) / np.sqrt(np.maximum(frequency, 50)))
left *= 0.1 / left.std()
pcm = np.rint(np.stack([left, -left], 1) * 32767).astype("<i2").tobytes()
raw = ["-ar", str(rate), "-ac", "2"]


def correlation(a, b):
    return (np.vdot(a, b) / np.sqrt(np.vdot(a, a) * np.vdot(b, b))).real


def coded(*options):
    encode = [sys.argv[1], "-v", "error", "-y", "-f", "s16le", *raw, "-i", "-", *options, "coded.ogg"]
    subprocess.run(encode, input=pcm, check=True)
    decode = [sys.argv[1], "-v", "error", "-i", "coded.ogg", "-f", "f32le", *raw, "-"]
    both = np.frombuffer(subprocess.run(decode, check=True, capture_output=True).stdout, "<f4").reshape(-1, 2)
    level = 20 * np.log10(both.std() / left.std())
    spectra = np.fft.rfft(both, axis=0)
    hertz = np.fft.rfftfreq(len(both), 1 / rate)
    edges = [(100, 1000), (1000, 4000), (4000, 6000), (6000, 8000), (8000, 12000)]
    bands = [correlation(*spectra[(hertz >= low) & (hertz < high)].T) for low, high in edges]
    emphasized = correlation(*np.diff(both, axis=0).T)
    print(
        f"{' '.join(options[1:])}: level {level:.0f}, bands", *(f"{band:.1f}" for band in bands),
        f"pre-emphasized {emphasized:.1f}",
    )  # fmt: skip
    return level, bands, emphasized


silent, _, _ = coded("-c:a", "libopus", "-b:a", "16k")
ok = silent < -60
for options in (["-c:a", "libopus", "-b:a", "24k"], ["-c:a", "libvorbis", "-q:a", "0"]):
    level, bands, emphasized = coded(*options)
    ok = ok and level > -6 and bands[0] < -0.9 and bands[1] < -0.9 and bands[4] > 0.9 and emphasized > 0.5
raise SystemExit(0 if ok else 1)
PYTHON
