"""The Python side of a benchmark subject: JSON lines, as bench/subject.ts describes."""

import json
import os
import resource
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
RATE = 16_000
# Ids of the chat template before and after the audio.
BEFORE, AFTER = 9, 6

# Whatever libraries print goes to standard error.
_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def speech(seconds: float) -> np.ndarray:
    """The bundled recording, repeated or cut to this length, in [-1, 1]."""
    with wave.open(str(ROOT / "models/goldens/speech.wav")) as file:
        octets = np.frombuffer(file.readframes(file.getnframes()), dtype=np.uint8)
    return np.resize((octets.astype(np.float32) - 128) / 128, round(seconds * RATE))


def prompt_ids(audio_tokens: int, pad: int) -> np.ndarray:
    """As long as the template's prompt; which ids stand around the audio does not change the time."""
    ids = np.zeros(BEFORE + audio_tokens + AFTER, dtype=np.int32)
    ids[BEFORE : BEFORE + audio_tokens] = pad
    return ids


def serve(opened: dict[str, Any], run: Callable[[float, int], dict[str, Any]]) -> None:
    """Tells that the model is open, then serves clips until standard input ends."""
    _say(opened)
    for clip in _clips():
        _say(run(clip["seconds"], clip["tokens"]))


def _clips() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def _say(found: dict[str, Any]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps(found | {"rss": peak, "peakRss": peak}), file=_answers, flush=True)
