"""Speaks the training sentences and keeps their raw log-mel as float16 shards, which training reads while more are made.

A shard is two files: NNNN.npy (all frames, [frames, 128] float16) and NNNN.json (text, voice, frames of each clip).
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


def make_shard(job: tuple[Path, int]) -> int:
    """Clips of one shard. Seeded by its number, so shards may be made in any order."""
    folder, number = job
    if (folder / f"{number:04}.json").exists():
        return number
    rng = random.Random(f"shard {number}")
    vocabulary = grammar.words()
    frames, clips = [], []
    while len(clips) < CLIPS:
        voice = voices.draw(rng)
        texts = [grammar.salad(rng, vocabulary) if rng.random() < SALAD else grammar.training_sentence(rng) for _ in range(BATCH)]
        for text, pcm in zip(texts, speech.training_clips(voice, texts, rng), strict=True):
            log_mel = log_power(pcm).astype(np.float16)
            frames.append(log_mel)
            clips.append({"text": text, "voice": voice.name, "frames": len(log_mel)})
    np.save(folder / f"{number:04}.npy", np.concatenate(frames))
    (folder / f"{number:04}.json").write_text(json.dumps(clips))
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="cache folder, not in the repository")
    parser.add_argument("--shards", type=int, default=70, help=f"of {CLIPS} clips each")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(options.processes) as pool:
        for number in pool.imap_unordered(make_shard, [(options.data, number) for number in range(options.shards)]):
            print("shard", number, flush=True)


if __name__ == "__main__":
    main()
