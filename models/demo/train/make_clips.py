"""Writes the evaluation clips: WAV files and manifest.jsonl ({path, text, voice, seen}) in OUT/seen and OUT/unseen.

Sentences are unseen in both. `seen`: trained voices, at random rate and pitch; `unseen`: voices never heard in training.
"""
import argparse
import json
import random
from pathlib import Path

import numpy as np

import grammar
import speech
import voices


def write(folder: Path, spoken: list[tuple[voices.Voice, str]], seen: bool, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    with (folder / "manifest.jsonl").open("w") as manifest:
        for number, (voice, text) in enumerate(spoken):
            [(pcm, rate)] = voices.speak(voice, [text], rng, plain=not seen)
            clip = speech.trimmed(speech.resample(pcm, speech.RATE / rate))
            path = f"{number:04}-{voice.name}.wav"
            speech.write_wav(folder / path, speech.recording(clip, noise))
            manifest.write(json.dumps({"path": path, "text": text, "voice": voice.name, "seen": seen}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seen", type=int, default=300)
    parser.add_argument("--unseen", type=int, default=150, help="for each voice never heard")
    parser.add_argument("--seed", type=int, default=2024)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    seen = [(voices.draw(rng), grammar.unseen_sentence(rng)) for _ in range(options.seen)]
    write(options.out / "seen", seen, True, options.seed)
    unseen = [(voice, grammar.unseen_sentence(rng)) for voice in voices.NEVER_HEARD for _ in range(options.unseen)]
    write(options.out / "unseen", unseen, False, options.seed + 1)


if __name__ == "__main__":
    main()
