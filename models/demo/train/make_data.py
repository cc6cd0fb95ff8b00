"""Speaks the training texts and keeps their raw log-mel as float16 shards, which training reads while more are made.

A shard is two files: NNNN.npy (all frames, [frames, 128] float16) and NNNN.json (text, voice, frames of each clip).
Shards named wNNNN hold single words.
"""
import argparse
import json
import multiprocessing
import random
from pathlib import Path

import numpy as np

import grammar
import speech
import voices
from mel import log_power

CLIPS, BATCH, SALAD = 600, 12, 0.22


def make_shard(job: tuple[Path, str]) -> str:
    """Clips of one shard. Seeded by its name, so shards may be made in any order."""
    folder, name = job
    if (folder / f"{name}.json").exists():
        return name
    rng = random.Random(f"shard {name}")
    vocabulary = grammar.words()
    frames, clips = [], []
    while len(clips) < CLIPS:
        voice = voices.draw(rng)
        texts = [text_for(name, rng, vocabulary) for _ in range(BATCH)]
        for text, pcm in zip(texts, speech.training_clips(voice, texts, rng), strict=True):
            log_mel = log_power(pcm).astype(np.float16)
            frames.append(log_mel)
            clips.append({"text": text, "voice": voice.name, "frames": len(log_mel)})
    np.save(folder / f"{name}.npy", np.concatenate(frames))
    (folder / f"{name}.json").write_text(json.dumps(clips))
    return name


def text_for(name: str, rng: random.Random, vocabulary: list[str]) -> str:
    if name.startswith("w"):
        return rng.choice(vocabulary)
    return grammar.salad(rng, vocabulary) if rng.random() < SALAD else grammar.training_sentence(rng)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="cache folder, not in the repository")
    parser.add_argument("--shards", type=int, default=70, help=f"of {CLIPS} clips each")
    parser.add_argument("--words", type=int, default=12, help="shards of single words, made first")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(options.processes) as pool:
        names = [f"w{number:04}" for number in range(options.words)] + [f"{number:04}" for number in range(options.shards)]
        for name in pool.imap_unordered(make_shard, [(options.data, name) for name in names]):
            print("shard", name, flush=True)


if __name__ == "__main__":
    main()
