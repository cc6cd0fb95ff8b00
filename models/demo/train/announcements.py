"""Announcements by a person: Allison Smith's recordings for the telephone system Asterisk (Debian's
asterisk-core-sounds-en-wav, CC BY-SA 3.0, 8 kHz), played one after another as Asterisk does. For tests only; nothing of it
is in this repository.
"""
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import grammar
import phrases
import speech

RATE = 8000
"""Of the recordings."""
FOLDER = "/usr/share/asterisk/sounds/en_US_f_Allison"
SINGLE = {"hello": "hello", "vm-goodbye": "goodbye", "one-moment-please": "one moment please", "digits/today": "today",
          "digits/tomorrow": "tomorrow", "digits/yesterday": "yesterday"}

Part = tuple[str, str]
"""A file, and what it says."""


def below_hundred(value: int) -> list[Part]:
    if value <= 20 or value % 10 == 0:
        return [(f"digits/{value}", phrases.below_hundred(value))]
    return [*below_hundred(value - value % 10), *below_hundred(value % 10)]


def number(rng: random.Random) -> list[Part]:
    kind, hundreds = rng.random(), [*below_hundred(rng.randint(1, 9)), ("digits/hundred", "hundred")]
    if kind < 0.6:
        return below_hundred(rng.randrange(100))
    if kind < 0.8:
        return [*hundreds, *below_hundred(rng.randint(1, 99))]
    return [*below_hundred(rng.randint(1, 99)), ("digits/thousand", "thousand"), *(hundreds if rng.random() < 0.5 else [])]


def digits(rng: random.Random) -> list[Part]:
    return [part for _ in range(rng.randint(3, 7)) for part in below_hundred(rng.randrange(10))]


def day(rng: random.Random) -> list[Part]:
    """Asterisk's week begins on Sunday."""
    place = rng.randrange(7)
    return [(f"digits/day-{(place + 1) % 7}", grammar.SLOTS["day"][place])]


def month(rng: random.Random) -> list[Part]:
    place = rng.randrange(12)
    return [(f"digits/mon-{place}", grammar.SLOTS["month"][place])]


def date(rng: random.Random) -> list[Part]:
    value = rng.randint(1, 31)
    tens, ones = divmod(value, 10)
    if value <= 20:
        place = [(f"digits/h-{value}", grammar.ORDINALS[value - 1])]
    else:
        place = [(f"digits/{10 * tens}", grammar.TENS[tens - 2]), (f"digits/h-{ones}", grammar.ORDINALS[ones - 1])] if ones else [("digits/h-30", "thirtieth")]
    return [*(day(rng) if rng.random() < 0.4 else []), *month(rng), *place]


def time(rng: random.Random) -> list[Part]:
    hour, minute = below_hundred(rng.randint(1, 12)), rng.randrange(60)
    if minute == 0 or rng.random() < 0.15:
        return [*hour, ("digits/oclock", "o'clock")]
    half = rng.choice([("digits/a-m", "a.m."), ("digits/p-m", "p.m.")])
    return [*hour, *([("digits/oh", "oh")] if minute < 10 else []), *below_hundred(minute), half]


def announcement(rng: random.Random) -> list[Part]:
    kind = rng.random()
    if kind < 0.1:
        return [rng.choice(list(SINGLE.items()))]
    if kind < 0.2:
        return [*day(rng), ("digits/at", "at"), *time(rng)]
    return rng.choice([number, number, digits, day, month, date, time, time])(rng)


def clips(folder: Path, count: int, seed: int) -> Iterator[tuple[np.ndarray, dict[str, str]]]:
    """So many, with noise around 30 dB."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    for _ in range(count):
        parts = announcement(rng)
        pcm = np.concatenate([speech.read_wav(folder / f"{name}.wav")[0] for name, _ in parts])
        level = np.sqrt((pcm ** 2).mean()) * 10 ** (-rng.uniform(25, 35) / 20)
        yield speech.on_the_line(pcm, level, RATE, noise), {"text": " ".join(text for _, text in parts), "voice": "allison"}
