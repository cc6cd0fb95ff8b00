"""Reads a model folder (quantized, MLX layout) or a training checkpoint back into torch."""
import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from model import Qwen3ASR, Shape


def dequantized(packed: Tensor, scales: Tensor, biases: Tensor, group: int) -> Tensor:
    """MLX's affine form: little-endian fields in 32-bit words along the input; weight = field * scale + bias."""
    columns = scales.shape[1] * group
    bits = packed.shape[1] * 32 // columns
    words = packed.view(torch.int32).to(torch.int64) & 0xFFFFFFFF
    fields = (words[..., None] >> torch.arange(0, 32, bits)) & (2 ** bits - 1)
    fields = fields.flatten(1).unflatten(1, (-1, group)).float()
    return (fields * scales.float()[..., None] + biases.float()[..., None]).flatten(1)


def shape_of(config: dict) -> Shape:
    audio, text = config["thinker_config"]["audio_config"], config["thinker_config"]["text_config"]
    return Shape(conv=audio["downsample_hidden_size"], width=audio["d_model"], layers=audio["encoder_layers"],
                 heads=audio["encoder_attention_heads"], ffn=audio["encoder_ffn_dim"], hidden=text["hidden_size"],
                 text_layers=text["num_hidden_layers"], text_heads=text["num_attention_heads"],
                 kv_heads=text["num_key_value_heads"], head=text["head_dim"], text_ffn=text["intermediate_size"])


def read(folder: Path) -> Qwen3ASR:
    if (folder / "checkpoint.pt").exists():
        saved = torch.load(folder / "checkpoint.pt")
        model, weights = Qwen3ASR(Shape(**saved["shape"])), saved["model"]
    else:
        settings = json.loads((folder / "config.json").read_text())
        model, tensors, weights = Qwen3ASR(shape_of(settings)), load_file(folder / "model.safetensors"), {}
        for name, tensor in tensors.items():
            module = name.removesuffix(".weight")
            if name.endswith((".scales", ".biases")):
                continue
            if f"{module}.scales" in tensors:
                weights[name] = dequantized(tensor, tensors[f"{module}.scales"], tensors[f"{module}.biases"],
                                            settings["quantization"]["group_size"])
            else:
                weights[name] = (tensor.permute(0, 3, 1, 2) if tensor.dim() == 4 else tensor).float()
    model.load_state_dict(weights)
    return model.eval()
