"""Checkpoint folders in the two published layouts: official (torch) and mlx-community (quantized)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import torch
from safetensors.torch import save_file

from weights import State

GROUP = 64
AUDIO_LINEARS = (
    "conv_out", "proj1", "proj2", "fc1", "fc2", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
    "self_attn.out_proj",
)  # fmt: skip
TEXT_LINEARS = (
    "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
    "mlp.down_proj",
)  # fmt: skip

Bits = Callable[[str], int | None]


def q4_bits(module: str) -> int | None:
    """mlx-community's 4-bit recipe: decoder linears and the embedding; the audio tower stays bf16."""
    if module == "model.embed_tokens" or module.startswith("model.") and module.endswith(TEXT_LINEARS):
        return 4
    return None


def aligner_bits(module: str) -> int | None:
    """mlx-community's 8-bit aligner: as `q4_bits`, and the head, which is no embedding here."""
    return 8 if module == "lm_head" or q4_bits(module) else None


def mixed_bits(module: str) -> int | None:
    """Several widths in one file: audio linears and embedding 8, decoder attention 6, decoder MLP 5."""
    if module == "model.embed_tokens" or module.startswith("audio_tower.") and module.endswith(AUDIO_LINEARS):
        return 8
    if module.startswith("model.") and module.endswith(TEXT_LINEARS):
        return 6 if ".self_attn." in module else 5
    return None


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def save_official(folder: Path, state: State, shards: int) -> None:
    """One model.safetensors, or several with the index that names the shard of each tensor."""
    if shards == 1:
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        return
    total = sum(tensor.nbytes for tensor in state.values())
    parts: list[State] = [{} for _ in range(shards)]
    filled = 0
    for key, tensor in state.items():
        parts[min(shards - 1, filled * shards // total)][key] = tensor
        filled += tensor.nbytes
    names = [f"model-{index + 1:05d}-of-{shards:05d}.safetensors" for index in range(shards)]
    for name, part in zip(names, parts, strict=True):
        save_file(part, folder / name, metadata={"format": "pt"})
    weight_map = {key: name for name, part in zip(names, parts, strict=True) for key in part}
    write_json(
        folder / "model.safetensors.index.json",
        {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))},
    )


def to_mlx(tensor: torch.Tensor) -> mx.array:
    """bf16 torch tensor to bf16 MLX array, bit for bit."""
    return mx.array(tensor.contiguous().view(torch.int16).numpy()).view(mx.bfloat16)


def save_quantized(folder: Path, state: State, bits: Bits) -> State:
    """Writes the MLX checkpoint and returns what it means: f32 tensors under official keys, dequantized in f32.

    Keys lose `thinker.`, convolutions become O,kH,kW,I, a tied head is dropped; `bits` says which modules are
    quantized (affine, group 64, scales and biases in bf16).
    """
    arrays: dict[str, mx.array] = {}
    meaning: State = {}
    for key, tensor in state.items():
        name = key.removeprefix("thinker.")
        module = name.removesuffix(".weight")
        width = bits(module) if name.endswith(".weight") else None
        if name == "lm_head.weight" and width is None:
            continue
        if width is None:
            arrays[name] = to_mlx(tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor)
            meaning[key] = tensor.float()
            continue
        packed, scales, biases = mx.quantize(to_mlx(tensor), group_size=GROUP, bits=width)
        arrays |= {name: packed, f"{module}.scales": scales, f"{module}.biases": biases}
        values = mx.dequantize(
            packed, scales.astype(mx.float32), biases.astype(mx.float32), group_size=GROUP, bits=width
        )
        meaning[key] = torch.from_numpy(np.array(values))
    mx.save_safetensors(str(folder / "model.safetensors"), arrays, metadata={"format": "mlx"})
    meaning.setdefault("thinker.lm_head.weight", meaning["thinker.model.embed_tokens.weight"])
    return meaning


def quantization_entry(state: State, bits: Bits, default: int) -> dict[str, Any]:
    """The config's `quantization`: one width for all, or an entry for each module that differs from the default."""
    entry: dict[str, Any] = {"group_size": GROUP, "bits": default, "mode": "affine"}
    for key in state:
        module = key.removeprefix("thinker.").removesuffix(".weight")
        width = bits(module) if key.endswith(".weight") else None
        if width not in (None, default):
            entry[module] = {"group_size": GROUP, "bits": width, "mode": "affine"}
    return entry
