"""Random weights: each tensor is a function of (seed, key) alone, so sets can be rebuilt tensor by tensor."""

import hashlib

import numpy as np
import torch

from shapes import Shape

State = dict[str, torch.Tensor]

GAINS = {"conv2d": 2.0, "conv_out": 4.0, "self_attn.q_proj": 1.5, "self_attn.k_proj": 1.5, "v_proj": 1.5, "o_proj": 2.0}


def tensor_shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Official keys (torch layout, without lm_head) in checkpoint order."""
    out: dict[str, tuple[int, ...]] = {}

    def linear(key: str, rows: int, columns: int, bias: bool) -> None:
        out[f"{key}.weight"] = (rows, columns)
        if bias:
            out[f"{key}.bias"] = (rows,)

    def layer_norm(key: str, width: int) -> None:
        out[f"{key}.weight"] = (width,)
        out[f"{key}.bias"] = (width,)

    audio, width = "thinker.audio_tower", shape.audio_width
    for index, channels in enumerate((1, shape.conv, shape.conv), start=1):
        out[f"{audio}.conv2d{index}.weight"] = (shape.conv, channels, 3, 3)
        out[f"{audio}.conv2d{index}.bias"] = (shape.conv,)
    linear(f"{audio}.conv_out", width, shape.conv * 16, bias=False)
    for index in range(shape.audio_layers):
        layer = f"{audio}.layers.{index}"
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            linear(f"{layer}.self_attn.{name}", width, width, bias=True)
        layer_norm(f"{layer}.self_attn_layer_norm", width)
        linear(f"{layer}.fc1", shape.audio_ffn, width, bias=True)
        linear(f"{layer}.fc2", width, shape.audio_ffn, bias=True)
        layer_norm(f"{layer}.final_layer_norm", width)
    layer_norm(f"{audio}.ln_post", width)
    linear(f"{audio}.proj1", width, width, bias=True)
    linear(f"{audio}.proj2", shape.hidden, width, bias=True)

    out["thinker.model.embed_tokens.weight"] = (shape.vocab, shape.hidden)
    for index in range(shape.layers):
        layer = f"thinker.model.layers.{index}"
        out[f"{layer}.input_layernorm.weight"] = (shape.hidden,)
        linear(f"{layer}.self_attn.q_proj", shape.heads * shape.head_dim, shape.hidden, bias=False)
        linear(f"{layer}.self_attn.k_proj", shape.kv_heads * shape.head_dim, shape.hidden, bias=False)
        linear(f"{layer}.self_attn.v_proj", shape.kv_heads * shape.head_dim, shape.hidden, bias=False)
        linear(f"{layer}.self_attn.o_proj", shape.hidden, shape.heads * shape.head_dim, bias=False)
        out[f"{layer}.self_attn.q_norm.weight"] = (shape.head_dim,)
        out[f"{layer}.self_attn.k_norm.weight"] = (shape.head_dim,)
        out[f"{layer}.post_attention_layernorm.weight"] = (shape.hidden,)
        linear(f"{layer}.mlp.gate_proj", shape.mlp, shape.hidden, bias=False)
        linear(f"{layer}.mlp.up_proj", shape.mlp, shape.hidden, bias=False)
        linear(f"{layer}.mlp.down_proj", shape.hidden, shape.mlp, bias=False)
    out["thinker.model.norm.weight"] = (shape.hidden,)
    return out


def scale_and_centre(key: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Standard deviation and mean that keep activations O(1): 1/sqrt(fan-in) for matrices, about one for norms.

    The exceptions make the outputs depend on everything: audio outweighs the position table, attention is sharp
    enough not to average its input away, and embedding rows are small so that the tied head does not just repeat.
    """
    if key.endswith("embed_tokens.weight"):
        return 1.2 / shape[1] ** 0.5, 0.0
    if len(shape) > 1:
        gain = next((gain for name, gain in GAINS.items() if name in key), 1.0)
        return gain / int(np.prod(shape[1:])) ** 0.5, 0.0
    if key.endswith(("q_norm.weight", "k_norm.weight")):
        return 0.2, 1.7
    return 0.1, 1.0 if key.endswith(".weight") else 0.0


def random_tensor(seed: int, key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """One bf16 tensor, from a counter-based generator keyed by the SHA-256 of seed and key."""
    digest = hashlib.sha256(f"{seed}:{key}".encode()).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
    deviation, mean = scale_and_centre(key, shape)
    values = generator.standard_normal(shape, dtype=np.float32)
    values *= np.float32(deviation)
    values += np.float32(mean)
    return torch.from_numpy(values).to(torch.bfloat16)


def random_state(shape: Shape, seed: int) -> State:
    """The official checkpoint: `thinker.*` keys, the tied head stored a second time as the published files do.

    An aligner's head has rows of its own. All its slots are one token: what that is must count for little, and
    attention must be sharp, or every slot would get the same class. The first rows of the head are longer, so that
    some slots get a time within the audio.
    """
    state = {key: random_tensor(seed, key, size) for key, size in tensor_shapes(shape).items()}
    head, embedding = "thinker.lm_head.weight", "thinker.model.embed_tokens.weight"
    if shape.classes:
        state[embedding] *= 0.125
        for key, tensor in state.items():
            if key.startswith("thinker.model.") and key.endswith(("q_norm.weight", "k_norm.weight")):
                tensor *= 1.6
        rows = random_tensor(seed, head, (shape.classes, shape.hidden)).float()
        lengths = 8 + 6 * torch.exp(-torch.arange(shape.classes) / 150)
        state[head] = (rows * lengths[:, None]).to(torch.bfloat16)
    else:
        state[head] = state[embedding].clone()
    return state
