"""Turns cached clips into training batches: joins, empty clips, contexts; sorted by length so that little is padding."""
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import augment
import grammar
import phrases
from bpe import ROWS, Tokenizer
from model import IDS, token_count

IGNORED, BLANK = -100, ROWS - 1
LONGEST = 3000  # frames
EMPTY, CONTEXT, ANNOUNCED = 0.025, 0.05, 0.3
PEOPLE, PEOPLE_WORDS = 0.5, 0.6
"""Shares of sentences, and of words in a row, that Kokoro speaks."""
OUTSIDE = 0.5
"""Share that is taken of the clips of which nothing is to be written: with all of them hard sentences become nothing, too."""


@dataclass
class Example:
    mel: Tensor
    ids: list[int]
    labels: list[int]
    sentences: list[list[int]]
    """Text tokens alone."""
    guide: list[int]
    """For each audio token the text token spoken then; empty where it is not known."""


@dataclass
class Batch:
    mels: list[Tensor]
    ids: Tensor
    labels: Tensor
    sentences: list[list[list[int]]]
    guides: list[list[int]]


class Cache:
    """The shards that exist by now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clips: list[list[tuple[np.ndarray, str]]] = [[], []]
        """Of the quick synthesizers, and of Kokoro; so are the words, for each voice."""
        self.words: list[dict[str, list[tuple[np.ndarray, str]]]] = [{}, {}]
        self.spoken: list[dict[str, list[tuple[np.ndarray, str]]]] = [{}, {}]
        """The words again, by what they are."""
        self.known: set[str] = set()

    def look(self) -> int:
        for path in sorted(self.folder.glob("*.json")):
            if path.stem in self.known:
                continue
            self.known.add(path.stem)
            frames, start = np.load(path.with_suffix(".npy"), mmap_mode="r"), 0
            for clip in json.loads(path.read_text()):
                people = path.stem.startswith("k")
                kept = self.words[people].setdefault(clip["voice"], []) if "w" in path.stem else self.clips[people]
                kept.append((frames[start:start + clip["frames"]], clip["text"]))
                if "w" in path.stem:
                    self.spoken[people].setdefault(clip["text"].lower(), []).append(kept[-1])
                start += clip["frames"]
        return sum(map(len, self.clips))

    def draw(self, rng: random.Random) -> tuple[Tensor, str]:
        """A clip, and its text: empty where nothing of it is to be written."""
        clips = self.clips[rng.random() < PEOPLE] or self.clips[0] or self.clips[1]
        frames, text = rng.choice(clips)
        while not text and rng.random() > OUTSIDE:
            frames, text = rng.choice(clips)
        return torch.from_numpy(frames.astype(np.float32)), text

    def draw_words(self, rng: random.Random, digits: float) -> list[tuple[Tensor, str]]:
        """Single words cut close: an announcement, put together of several voices, or two to eight words of one voice, of
        which rows this share is of digits alone."""
        kokoro = rng.random() < PEOPLE_WORDS and bool(self.words[1])
        tightness, words, spoken = rng.uniform(0.8, 2.4), self.words[kokoro] or self.words[1], self.spoken[kokoro]
        if rng.random() < ANNOUNCED:
            row = [spoken.get(word, []) for word in phrases.announcement(rng).lower().split()]
            if all(row):
                return [cut(rng.choice(clips), tightness) for clips in row[:12]]
        voice = rng.choices(list(words), [len(kept) for kept in words.values()])[0]
        kept = words[voice]
        if rng.random() < digits:
            kept = [word for word in kept if word[1] in grammar.DIGITS] or kept
        return [cut(word, tightness) for word in rng.choices(kept, k=rng.randint(2, 8))]


def cut(word: tuple[np.ndarray, str], tightness: float) -> tuple[Tensor, str]:
    return augment.cut_close(torch.from_numpy(word[0].astype(np.float32)), tightness), word[1]


class Examples:
    def __init__(self, cache: Cache, tokenizer: Tokenizer, seed: int) -> None:
        self.cache, self.tokenizer, self.rng = cache, tokenizer, random.Random(seed)
        self.bank, self.vocabulary = augment.noise_bank(seed), grammar.words()
        self.settle(0)

    def settle(self, part: float) -> None:
        """Easy first: strung words give way to sentences, augmentation grows, long clips come late. Rows of any words teach
        to listen; in the end rows are what people say, digits, so that others are not expected there."""
        self.strung = 0.75 if part < 0.15 else max(0.4 if part < 0.85 else 0.3, 0.75 - (part - 0.15) * 2)
        self.digits = 0.5 if part < 0.8 else 0.7
        self.strength = min(0.75, 0.3 + max(0, part - 0.3))
        self.joined = min(0.35, 0.03 + max(0, part - 0.3) * 4)

    def example(self) -> Example:
        rng, kind, strung, texts, spans = self.rng, self.rng.random(), False, [], []
        if kind < EMPTY:
            mel = augment.empty_clip(self.bank, rng)
        else:
            strung = rng.random() < self.strung
            if strung:
                drawn = self.cache.draw_words(rng, self.digits)
                longest = 0.06 if rng.random() < 0.4 else 0.7
                pauses = [rng.uniform(0, longest) for _ in drawn]
            else:
                drawn = [self.cache.draw(rng) for _ in range(rng.choice([2, 2, 2, 3, 3, 4, 5]) if kind < EMPTY + self.joined else 1)]
                pauses = [rng.uniform(0.15, 1.5) if rng.random() < 0.9 else rng.uniform(1.5, 10) for _ in drawn]
                while len(drawn) > 1 and sum(len(clip) for clip, _ in drawn) + 100 * sum(pauses) > LONGEST - 200:
                    drawn.pop()
                    pauses.pop()
            texts = [text for _, text in drawn if text]
            pauses[-1] = rng.random() ** 2
            others = [self.cache.draw(rng)[0] for _ in range(3)]
            mel, spans = augment.speech_clip([clip for clip, _ in drawn], pauses, self.bank, others, self.strength, rng)
            mel = mel[:LONGEST]
        context = self.context(texts) if rng.random() < CONTEXT else ""
        encode = self.tokenizer.encode
        prompt = self.tokenizer.prompt(token_count(len(mel)), context)
        sentences = [encode(text if number == 0 else " " + text) for number, text in enumerate(texts)]
        forced = not texts and rng.random() < 0.3
        start = [*encode("language English" if texts or forced else "language None"), IDS["<asr_text>"]]
        target = [*start, *(token for sentence in sentences for token in sentence), IDS["<|im_end|>"]]
        labels = [IGNORED] * len(prompt) + ([IGNORED] * len(start) + target[len(start):] if forced else target)
        return Example(mel, prompt + target, labels, sentences,
                       self.guide(token_count(len(mel)), sentences, spans if texts else []) if strung or not texts else [])

    def guide(self, length: int, sentences: list[list[int]], spans: list[tuple[int, int]]) -> list[int]:
        """Which token is spoken when; the pieces of one word take time in proportion to their letters."""
        guide = [BLANK] * length
        for tokens, (start, end) in zip(sentences, spans, strict=True):
            letters = [max(0.5, len(self.tokenizer.decode([token]).strip(" .,?'"))) for token in tokens]
            places = np.cumsum([0.0, *letters]) / sum(letters) * (end - start) + start
            for token, left, right in zip(tokens, places, places[1:], strict=False):
                for place in range(round(left * 0.13), min(length, round(right * 0.13))):
                    guide[place] = token
        return guide

    def context(self, texts: list[str]) -> str:
        """What people write there: words to expect, some of them spoken, or another sentence."""
        rng = self.rng
        words = rng.sample(self.vocabulary, rng.randint(1, 8))
        if rng.random() < 0.4:
            words += rng.sample(said, min(len(said), 3)) if (said := " ".join(texts).split()) else []
        return rng.choice([", ".join(words), " ".join(words), "Names: " + ", ".join(words) + ".", grammar.sentence(rng)])

    def batches(self, frames: int, pool: int = 16) -> Iterator[Batch]:
        """Endless; about `frames` mel frames in each batch, lengths alike."""
        while True:
            self.cache.look()
            gathered: list[Example] = []
            while sum(len(example.mel) for example in gathered) < frames * pool:
                gathered.append(self.example())
            gathered.sort(key=lambda example: len(example.mel))
            groups: list[list[Example]] = [[]]
            for example in gathered:
                if groups[-1] and len(example.mel) * (len(groups[-1]) + 1) > frames:
                    groups.append([])
                groups[-1].append(example)
            self.rng.shuffle(groups)
            for group in groups:
                yield Batch([example.mel for example in group], padded([example.ids for example in group], IDS["<|endoftext|>"]),
                            padded([example.labels for example in group], IGNORED), [example.sentences for example in group],
                            [example.guide for example in group])


def padded(rows: list[list[int]], filler: int) -> Tensor:
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])
