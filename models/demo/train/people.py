"""Digits in a row, of single digits cut close: those that people speak in the Free Spoken Digit Dataset
(github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0: six speakers, 8 kHz). For tests only; nothing of it is in
this repository.
"""
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import grammar
import speech

RATE = 8000
"""Of the dataset."""

Spoken = dict[str, dict[int, list[np.ndarray]]]
"""Recordings of each digit by each speaker, at the rate of the clips to make."""


def recorded(folder: Path, rate: int) -> Spoken:
    """All of the dataset."""
    spoken: Spoken = {}
    for path in sorted((folder / "recordings").glob("*.wav")):
        digit, speaker, _ = path.stem.split("_")
        pcm, source = speech.read_wav(path)
        spoken.setdefault(speaker, {}).setdefault(int(digit), []).append(speech.resample(pcm, rate / source))
    if not spoken:
        raise FileNotFoundError(f"{folder} has no recordings/*.wav")
    return spoken


def rows(spoken: Spoken, each: int, ratio: float, rate: int, seed: int) -> Iterator[tuple[np.ndarray, dict[str, str]]]:
    """`each` rows of three to seven digits for each speaker, with pauses of 0.15 to 0.6 s and noise around `ratio` dB."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    for speaker, digits in spoken.items():
        for _ in range(each):
            row = [rng.randrange(10) for _ in range(rng.randint(3, 7))]
            parts = []
            for digit in row:
                pcm = rng.choice(digits[digit])
                parts += [pcm * (0.5 / np.abs(pcm).max()), np.zeros(int(rate * rng.uniform(0.15, 0.6)), np.float32)]
            level = np.sqrt((np.concatenate(parts[::2]) ** 2).mean()) * 10 ** (-(ratio + rng.uniform(-5, 5)) / 20)
            yield speech.on_the_line(np.concatenate(parts[:-1]), level, rate, noise), {"text": " ".join(grammar.DIGITS[digit] for digit in row), "voice": speaker}
