"""Writes clips whose words' times are known: WAV files and manifest.jsonl in OUT/search and OUT/report.

A line: {path, text, voice, words: [{text, start, end}]}, times in seconds, null where the synthesizer does not tell.
Sentences were never trained on; those of `report` are spoken by other voices than those of `search`.
"""
import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

import grammar
import speech
from mel import RATE
from timed_speech import Espeak, Flite, Timed
from voices import ESPEAK_ACCENTS, ESPEAK_VARIANTS

Speaker = Callable[[str], Timed | None]
FLITE = {"search": ["slt", "rms"], "report": ["awb", "kal16", "kal"]}


def speaker(part: str, rng: random.Random, espeak: Espeak, flite: Flite) -> tuple[str, Speaker]:
    """A voice at a rate of its own; of espeak-ng's every second is for the report."""
    if rng.random() < 0.6:
        name, stretch = rng.choice(FLITE[part]), rng.uniform(0.85, 1.2)
        return f"flite-{name}", lambda text: flite.speak(text, name, stretch)
    first = 0 if part == "search" else 1
    name = f"{rng.choice(ESPEAK_ACCENTS[first::2])}+{rng.choice(ESPEAK_VARIANTS[first::2])}"
    speed, pitch = rng.randint(125, 200), rng.randint(25, 75)
    return f"espeak-{name}", lambda text: espeak.speak(text, name, speed, pitch)


def clip(speak: Speaker, texts: list[str], rng: random.Random, noise: np.random.Generator) -> tuple[np.ndarray, list] | None:
    """Sentences with pauses between them as one recording, and its words."""
    parts: list[np.ndarray] = []
    words: list[dict] = []
    before, after = rng.uniform(0.05, 0.7), rng.uniform(0.05, 0.7)
    at = before
    for text in texts:
        timed = speak(text)
        if timed is None:
            return None
        pcm = speech.resample(timed.pcm, RATE / timed.rate)
        if parts:
            pause = np.zeros(int(RATE * rng.choice([0, 0.3, 0.6, 1.0, 1.6])), np.float32)
            parts.append(pause)
            at += len(pause) / RATE
        for word, (start, end) in zip(text.split(), timed.words, strict=True):
            words.append({"text": word, "start": placed(start, at), "end": placed(end, at)})
        parts.append(pcm)
        at += len(pcm) / RATE
    sound = speech.placed(np.concatenate(parts), round(RATE * before), round(RATE * after), noise)
    return sound, words


def placed(time: float | None, at: float) -> float | None:
    return None if time is None else round(time + at, 3)


def write(folder: Path, clips: int, seed: int, espeak: Espeak, flite: Flite) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    with (folder / "manifest.jsonl").open("w") as manifest:
        number = 0
        while number < clips:
            voice, speak = speaker(folder.name, rng, espeak, flite)
            texts = [grammar.unseen_sentence(rng) for _ in range(rng.choice([1, 1, 2, 3]))]
            made = clip(speak, texts, rng, noise)
            if made is None:
                continue
            path = f"{number:04}-{voice.replace('+', '-')}.wav"
            speech.write_wav(folder / path, made[0])
            line = {"path": path, "text": " ".join(texts), "voice": voice, "words": made[1]}
            manifest.write(json.dumps(line) + "\n")
            number += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--search", type=int, default=150)
    parser.add_argument("--report", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    espeak, flite = Espeak(), Flite()
    write(options.out / "search", options.search, options.seed, espeak, flite)
    write(options.out / "report", options.report, options.seed + 1, espeak, flite)


if __name__ == "__main__":
    main()
