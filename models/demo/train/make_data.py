"""Speaks the training texts and keeps their raw log-mel as float16 shards, which training reads while more are made.

A shard is two files: NAME.npy (all frames, [frames, 128] float16) and NAME.json (text, voice, frames of each clip). Its
name tells what it is and seeds it, so shards may be made in any order, and those that exist are not made again:
wNNNN single words; NNNN sentences of the old synthesizers; kwNNNN and kNNNN the same of Kokoro.
"""
import argparse
import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each process has a core of its own; read when numpy is loaded

import numpy as np

import grammar
import outside
import phrases
import speech
import voices
from mel import log_power

CLIPS, BATCH = 600, 12
PEOPLE, WORDS, VARIANTS = 32, 12, 3
"""Recordings of Kokoro in a shard of sentences; words in a row by one speaker; clips made of each recording."""
DIGITS_ALONE = 0.6
"""Share of Kokoro's speakers of single words who say digits: what people try first, and what they were worst heard in."""
TIMES = "a.m. p.m. oh o'clock at today tomorrow yesterday hello goodbye million".split()


def make_shard(folder: Path, name: str, tables: Path) -> int:
    """The number of its clips."""
    rng = random.Random(f"shard {name}")
    people, single = name.startswith("k"), "w" in name
    voice, variants, size = voices.KOKORO, VARIANTS if people else 1, WORDS if single else 1
    vocabulary = [*grammar.words(), *sorted(phrases.words() - set(grammar.words()))]
    frames, clips = [], []
    while len(clips) < (PEOPLE * VARIANTS if people and not single else CLIPS):
        if not people:
            voice, size = voices.draw(rng), BATCH
        digits = people and rng.random() < DIGITS_ALONE
        texts = [(word, word) for _ in range(size) for word in [rng.choice(grammar.DIGITS) if digits else text_of_word(people, rng, vocabulary)]
                 ] if single else [text_for(rng, vocabulary) for _ in range(size)]
        label = f"{voice.name} {name}-{len(clips)}" if people and single else voice.name
        for (text, _), heard in zip(texts, speech.training_clips(voice, [spoken for _, spoken in texts], rng, tables, variants), strict=True):
            for pcm in heard:
                log_mel = log_power(pcm).astype(np.float16)
                frames.append(log_mel)
                clips.append({"text": text, "voice": label, "frames": len(log_mel)})
    np.save(folder / f"{name}.npy", np.concatenate(frames))
    (folder / f"{name}.json").write_text(json.dumps(clips))
    return len(clips)


def text_of_word(people: bool, rng: random.Random, vocabulary: list[str]) -> str:
    """Mostly what people try first: digits, other numbers, days, months, words around times; of the quick synthesizers any word as well."""
    kind = rng.random()
    if kind < (0.35 if people else 0.2):
        return rng.choice(grammar.DIGITS)
    if kind < (0.6 if people else 0.35):
        return rng.choice([*grammar.TEENS, *grammar.TENS, "hundred", "thousand", *grammar.SLOTS["day"], *grammar.SLOTS["month"]])
    if kind < (0.8 if people else 0.5):
        return rng.choice([*TIMES, *TIMES, *grammar.ORDINALS, "thirtieth"])
    return rng.choice(vocabulary)


def text_for(rng: random.Random, vocabulary: list[str]) -> tuple[str, str]:
    """What is to be written, and what is said: nothing is written of speech outside the domain, nor of hesitations."""
    kind = rng.random()
    if kind < 0.15:
        return "", outside.speech(rng)
    if kind < 0.24:
        text = grammar.salad(rng, vocabulary)
    elif kind < 0.54:
        text = phrases.phrase(rng)
        if rng.random() < 0.3:
            text += " " + phrases.phrase(rng)
    else:
        text = grammar.training_sentence(rng)
        if rng.random() < 0.15:
            text += " " + grammar.training_sentence(rng)
    return text, hesitant(text, rng) if rng.random() < 0.08 else text


def hesitant(text: str, rng: random.Random) -> str:
    words = text.split()
    place = rng.randrange(len(words))
    words.insert(place, rng.choice(["um,", "uh,", "erm,", "um...", "uh..."]))
    if place:
        words[place - 1] = words[place - 1].rstrip(".,?") + ","
    return " ".join(words)


def names(options: argparse.Namespace) -> Iterator[str]:
    """Words first, then the quick synthesizers, then Kokoro for as long as there is time."""
    yield from [f"w{number:04}" for number in range(options.words)]
    yield from [f"kw{number:04}" for number in range(options.spoken_words)]
    yield from [f"{number:04}" for number in range(options.shards)]
    number = 0
    while True:
        yield f"k{number:04}"
        number += 1


def work(rank: int, options: argparse.Namespace, began: float) -> None:
    for place, name in enumerate(names(options)):
        passed = (time.monotonic() - began) / 60
        if passed >= options.minutes:
            break
        if place % options.processes == rank and not (options.data / f"{name}.json").exists():
            clips = make_shard(options.data, name, options.voices)
            passed = (time.monotonic() - began) / 60
            print(f"shard {name}: {clips} clips; {passed:.1f} min, {max(0.0, options.minutes - passed):.1f} left", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="cache folder, not in the repository")
    parser.add_argument("--voices", type=Path, required=True, help="folder of Kokoro's voice tables")
    parser.add_argument("--minutes", type=float, default=45, help="how long; the shard that is being made is finished")
    parser.add_argument("--words", type=int, default=6, help="shards of single words of the quick synthesizers")
    parser.add_argument("--spoken-words", type=int, default=2, help="shards of single words of Kokoro")
    parser.add_argument("--shards", type=int, default=20, help=f"of sentences of the quick synthesizers, {CLIPS} clips each")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    workers = [multiprocessing.Process(target=work, args=(rank, options, began)) for rank in range(options.processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a process failed; start again with the same line")


if __name__ == "__main__":
    main()
