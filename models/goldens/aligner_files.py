"""What is kept of an aligner's cases: prompt, logits and classes of the slots, repaired times of the words."""

import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import sounds
from aligner_texts import AlignerCase
from shapes import SEGMENT_MS

# Of thousands of classes in hundreds of slots some are close; these are still above the noise of f32.
LEAST_MARGIN = 8e-3
LEAST_MARGIN_OF_FULL = 2e-3
# How far logits, whose deviation is 8, may be. In 28 layers of sharp attention the rounding of angles grows, most at
# the far end of 180 s.
LOGITS = 4e-3
LOGITS_OF_FULL = 4e-2
# Logits are stored of some slots of a case, and one class of so many.
STORED_SLOTS = 6
CLASS_EVERY = 13


def is_full(folder: Path) -> bool:
    return folder.name.startswith("aligner-0.6b")


def limited(classes: np.ndarray, samples: int) -> np.ndarray:
    """Classes that do not lie beyond the audio."""
    return np.minimum(classes, samples * 1000 // (sounds.RATE * SEGMENT_MS))


def write_case(
    folder: Path,
    case: AlignerCase,
    words: Sequence[str],
    ids: np.ndarray,
    logits: np.ndarray,
    repaired: Callable[[np.ndarray], list[int]],
) -> dict[str, Any]:
    """Stores a case, whose logits are [slots, classes], and returns its manifest entry."""
    classes = logits.argmax(axis=1)
    best = np.sort(logits, axis=1)[:, -2:]
    margin = float((best[:, 1] - best[:, 0]).min())
    varied = len(np.unique(classes))
    summary = f"{folder.name} {case.name}: {len(classes)} slots, {varied} classes, least margin {margin:.4f}"
    least = LEAST_MARGIN_OF_FULL if is_full(folder) else LEAST_MARGIN
    if margin < least or varied * 20 < len(classes):
        raise SystemExit(f"{summary}; choose another seed")
    print(summary, flush=True)
    every = max(1, len(classes) // STORED_SLOTS)
    own = f"cases/{case.name}"
    (folder / own).mkdir(parents=True, exist_ok=True)
    arrays = {
        "input_ids": ids.astype(np.int32),
        "slots": classes.astype(np.int32),
        "logits": logits[::every, ::CLASS_EVERY].astype(np.float32),
    }
    for name, values in arrays.items():
        np.save(folder / own / f"{name}.npy", np.ascontiguousarray(values), allow_pickle=False)
    return {
        "name": case.name,
        "samples": case.samples,
        "language": case.language,
        "text": case.text,
        "words": words,
        "promptTokens": len(ids),
        "inputIds": {"file": f"{own}/input_ids.npy"},
        "slots": {"file": f"{own}/slots.npy"},
        "logits": {"file": f"{own}/logits.npy", "every": every, "classEvery": CLASS_EVERY},
        "repaired": repaired(classes),
        "limited": repaired(limited(classes, case.samples)),
        "leastMargin": round(margin, 5),
    }


def write_manifest(folder: Path, seed: int, entries: Sequence[dict[str, Any]], packages: Sequence[str]) -> None:
    """In ASCII, so that no editor normalises the texts; a case on each line."""
    head = {
        "model": folder.name,
        "seed": seed,
        "audio": "../speech.wav",
        "attention": "encoder inside windows of 104 tokens (8 s); decoder causal",
        "maths": "float32 on the stored weights, dequantized in float32 where quantized",
        "segmentMs": SEGMENT_MS,
        "tolerances": {"mel": 1e-5, "encoder": 1e-4, "logits": LOGITS_OF_FULL if is_full(folder) else LOGITS},
        "versions": {name: version(name) for name in packages},
    }
    cases = ",\n".join(json.dumps(entry) for entry in entries)
    (folder / "manifest.json").write_text(
        f'{json.dumps(head, indent=1)[:-2]},\n "cases": [\n{cases}\n]}}\n', encoding="ascii"
    )
