"""Writes sample.wav and sample.txt: what `transcribe` reads when it is given no file."""
import argparse
import random
from pathlib import Path

import numpy as np

import speech
import voices

TEXT = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--voice", default="rhvoice-clb", choices=sorted(voices.NAMED))
    options = parser.parse_args()
    [(pcm, rate)] = voices.speak(voices.NAMED[options.voice], [TEXT], random.Random(7), plain=True)
    clip = speech.trimmed(speech.resample(pcm, speech.RATE / rate))
    rng = np.random.default_rng(7)
    around = np.pad(clip, speech.RATE // 4)
    around = around + np.sqrt((clip ** 2).mean()) * 10 ** (-32 / 20) * speech.coloured_noise(len(around), "pink", rng)
    speech.write_wav(options.out / "sample.wav", np.round(around * (0.5 * 32767 / np.abs(around).max())))
    (options.out / "sample.txt").write_text(TEXT + "\n")


if __name__ == "__main__":
    main()
