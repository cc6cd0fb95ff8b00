"""Weights as MLX's affine quantization keeps them, for a model that is trained with them (quantization-aware training)."""
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

GROUP = 64


def rounded(weight: Tensor, bits: int) -> Tensor:
    """[rows, columns], each 64 of a row by a scale and a bias: the extreme that is farther from zero is kept exactly."""
    groups, steps = weight.unflatten(1, (-1, GROUP)), 2 ** bits - 1
    low, high = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    scale = ((high - low) / steps).clamp(min=1e-7)
    is_low = low.abs() > high.abs()
    scale, edge = torch.where(is_low, scale, -scale), torch.where(is_low, low, high)
    zero = (edge / scale).round()
    scale = torch.where(zero != 0, edge / zero, scale).bfloat16().float()
    bias = torch.where(zero != 0, edge, 0.0).bfloat16().float()
    return (((groups - bias) / scale).round().clamp(0, steps) * scale + bias).flatten(1)


@contextmanager
def computed_with(weights: list[nn.Parameter], bits: int) -> Iterator[None]:
    """The weights as they are rounded; their gradients are those of the ones that come back afterwards."""
    kept = [weight.data for weight in weights]
    for weight in weights:
        weight.data = rounded(weight.data, bits)
    yield
    for weight, own in zip(weights, kept, strict=True):
        weight.data = own
