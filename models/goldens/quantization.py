"""Matrices with what is hard for a quantizer in their rows, and what MLX's own makes of them."""

from pathlib import Path

import mlx.core as mx
import numpy as np

TYPES = {"BF16": mx.bfloat16, "F16": mx.float16, "F32": mx.float32}
GROUPS = (32, 64, 128)
BITS = (4, 5, 6, 8)
COLUMNS = 128


def rows() -> np.ndarray:
    """Weights as in a model, then: zeros, constants, one sign only, values halfway between two codes, far scales."""
    count = np.arange(COLUMNS)
    weights = np.random.default_rng(5).standard_normal((4, COLUMNS)) * 0.03
    hard = [
        np.zeros(COLUMNS),
        np.full(COLUMNS, 0.25),
        np.full(COLUMNS, -0.25),
        1 + np.abs(weights[0]),
        -1 - np.abs(weights[1]),
        (count % 31) / 2,
        -(count % 31) / 2,
        weights[2] * 1e-5,
        weights[3] * 1e5,
    ]
    return np.concatenate([weights, np.stack(hard)]).astype(np.float32)


def write(path: Path) -> None:
    arrays: dict[str, mx.array] = {}
    for name, dtype in TYPES.items():
        arrays[name] = mx.array(rows()).astype(dtype)
        for group in GROUPS:
            for bits in BITS:
                parts = mx.quantize(arrays[name], group_size=group, bits=bits)
                for part, array in zip(("weight", "scales", "biases"), parts, strict=True):
                    arrays[f"{name}.{group}.{bits}.{part}"] = array
    mx.save_safetensors(str(path), arrays, metadata={"format": "mlx", "mlx": mx.__version__})
