"""The official aligner on PyTorch, as its package runs it, but inside windows.

python qwen-aligner.py bfloat16|float32 FOLDER TEXT
"""

import sys
import time

from serve import RATE, ROOT, serve, speech

sys.path.insert(0, str(ROOT / "models/goldens"))

import numpy as np
import torch
from official import apply_windows
from qwen_asr import Qwen3ForcedAligner

TYPE, FOLDER, TEXT = sys.argv[1:]


class Laps:
    """Milliseconds that the last call of a module took."""

    def __init__(self, module: torch.nn.Module) -> None:
        module.register_forward_pre_hook(self._begin)
        module.register_forward_hook(self._end)

    def _begin(self, *_: object) -> None:
        self.began = time.perf_counter()

    def _end(self, *_: object) -> None:
        self.ms = (time.perf_counter() - self.began) * 1000


BEGAN = time.perf_counter()
ALIGNER = Qwen3ForcedAligner.from_pretrained(FOLDER, dtype=getattr(torch, TYPE))
OPEN_MS = (time.perf_counter() - BEGAN) * 1000
THINKER = ALIGNER.model.thinker
apply_windows(THINKER.audio_tower)
ENCODER, WHOLE = Laps(THINKER.audio_tower), Laps(THINKER)
REPAIR = ALIGNER.aligner_processor.fix_timestamp
CLASSES: list[int] = []


def recorded(times: np.ndarray) -> list[int]:
    CLASSES[:] = (times / ALIGNER.timestamp_segment_time).astype(int).tolist()
    return REPAIR(times)


ALIGNER.aligner_processor.fix_timestamp = recorded


def run(seconds: float, _tokens: None) -> dict[str, float | str]:
    samples = speech(seconds)
    began = time.perf_counter()
    ALIGNER.align((samples, RATE), TEXT, "English")
    total_ms = (time.perf_counter() - began) * 1000
    return {
        "totalMs": total_ms,
        # All that is not the model: the mel, the words, the tokens, the repair.
        "melMs": total_ms - WHOLE.ms,
        "encodeMs": ENCODER.ms,
        "prefillMs": WHOLE.ms - ENCODER.ms,
        "decodeMs": 0,
        "tokens": len(CLASSES),
        "text": " ".join(map(str, CLASSES)),
    }


serve({"openMs": OPEN_MS, "about": {"version": torch.__version__, "threads": torch.get_num_threads()}}, run)
