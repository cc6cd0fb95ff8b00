"""Qwen3-ASR in torch, to the letter, small. Parameter names are those of the published files without `thinker.`.

Facts of the graph: github.com/QwenLM/Qwen3-ASR, modeling_qwen3_asr.py; the 104-token attention window as its
flash-attention and vLLM paths have it.
"""
import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bpe import ENTRIES, ROWS, SPECIAL

CHUNK, CHUNK_TOKENS, WINDOW_CHUNKS = 100, 13, 8
IDS = {token: ENTRIES + number for number, token in enumerate(SPECIAL)}


@dataclass
class Shape:
    conv: int = 32
    width: int = 192
    layers: int = 4
    heads: int = 3
    ffn: int = 512
    hidden: int = 192
    text_layers: int = 3
    text_heads: int = 4
    kv_heads: int = 2
    head: int = 64
    text_ffn: int = 512

    def to_dict(self) -> dict[str, int]:
        return asdict(self)


def conv_length(frames: int) -> int:
    for _ in range(3):
        frames = (frames - 1) // 2 + 1
    return frames


def token_count(frames: int) -> int:
    whole, rest = divmod(frames, CHUNK)
    return whole * CHUNK_TOKENS + (conv_length(rest) if rest else 0)


def sinusoids(length: int, width: int) -> Tensor:
    rates = torch.exp(-math.log(10000) / (width // 2 - 1) * torch.arange(width // 2).float())
    angles = torch.arange(length)[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class SelfAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = (proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for proj in (self.q_proj, self.k_proj, self.v_proj))
        return self.out_proj(F.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2))


class EncoderLayer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self_attn = SelfAttention(shape.width, shape.heads)
        self.self_attn_layer_norm = nn.LayerNorm(shape.width)
        self.fc1, self.fc2 = nn.Linear(shape.width, shape.ffn), nn.Linear(shape.ffn, shape.width)
        self.final_layer_norm = nn.LayerNorm(shape.width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x + self.self_attn(self.self_attn_layer_norm(x), mask)
        return x + self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))


class Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv2d1 = nn.Conv2d(1, shape.conv, 3, 2, 1)
        self.conv2d2 = nn.Conv2d(shape.conv, shape.conv, 3, 2, 1)
        self.conv2d3 = nn.Conv2d(shape.conv, shape.conv, 3, 2, 1)
        self.conv_out = nn.Linear(shape.conv * 16, shape.width, bias=False)
        self.layers = nn.ModuleList(EncoderLayer(shape) for _ in range(shape.layers))
        self.ln_post = nn.LayerNorm(shape.width)
        self.proj1, self.proj2 = nn.Linear(shape.width, shape.width), nn.Linear(shape.width, shape.hidden)
        self.register_buffer("positions", sinusoids(CHUNK_TOKENS, shape.width), persistent=False)

    def stem(self, chunks: Tensor) -> Tensor:
        """[n, 128, frames] → [n, tokens, width]; positions start anew in each chunk."""
        x = chunks[:, None].contiguous(memory_format=torch.channels_last)
        for conv in (self.conv2d1, self.conv2d2, self.conv2d3):
            x = F.gelu(conv(x))
        x = self.conv_out(x.permute(0, 3, 1, 2).flatten(2))
        return x + self.positions[:x.shape[1]]

    def forward(self, mels: list[Tensor]) -> list[Tensor]:
        """Scaled log-mels [T, 128] → audio embeddings [token_count(T), hidden], one per clip."""
        cut = [list(mel.T.split(CHUNK, 1)) for mel in mels]
        short = [number for number, chunks in enumerate(cut) if len(chunks) == 1 and chunks[0].shape[1] < CHUNK]
        flat = [F.pad(chunk, (0, CHUNK - chunk.shape[1])) for number, chunks in enumerate(cut) if number not in short for chunk in chunks]
        stemmed = list(self.stem(torch.stack(flat))) if flat else []
        windows: list[Tensor] = []
        for number, chunks in enumerate(cut):
            if number in short:
                windows.append(self.stem(chunks[0][None])[0])
                continue
            own, stemmed = stemmed[:len(chunks)], stemmed[len(chunks):]
            own[-1] = own[-1][:conv_length(chunks[-1].shape[1])]
            windows += [torch.cat(own[start:start + WINDOW_CHUNKS]) for start in range(0, len(own), WINDOW_CHUNKS)]
        lengths = torch.tensor([len(window) for window in windows])
        x = nn.utils.rnn.pad_sequence(windows, batch_first=True)
        mask = (torch.arange(x.shape[1])[None] < lengths[:, None])[:, None, None]
        for layer in self.layers:
            x = layer(x, mask)
        x = self.proj2(F.gelu(self.proj1(self.ln_post(x))))
        parts = [row[:length] for row, length in zip(x, lengths.tolist(), strict=True)]
        clips = []
        for mel in mels:
            count = max(1, -(-math.ceil(len(mel) / CHUNK) // WINDOW_CHUNKS))
            clips.append(torch.cat(parts[:count]))
            parts = parts[count:]
        return clips


class RMSNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight, 1e-6)


def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    low, high = x.chunk(2, -1)
    return x * cos + torch.cat([-high, low], -1) * sin


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head = shape.text_heads, shape.kv_heads, shape.head
        self.q_proj = nn.Linear(shape.hidden, shape.text_heads * shape.head, bias=False)
        self.k_proj = nn.Linear(shape.hidden, shape.kv_heads * shape.head, bias=False)
        self.v_proj = nn.Linear(shape.hidden, shape.kv_heads * shape.head, bias=False)
        self.o_proj = nn.Linear(shape.text_heads * shape.head, shape.hidden, bias=False)
        self.q_norm, self.k_norm = RMSNorm(shape.head), RMSNorm(shape.head)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        q = self.q_norm(self.q_proj(x).unflatten(-1, (self.heads, self.head))).transpose(1, 2)
        k = self.k_norm(self.k_proj(x).unflatten(-1, (self.kv_heads, self.head))).transpose(1, 2)
        v = self.v_proj(x).unflatten(-1, (self.kv_heads, self.head)).transpose(1, 2)
        q, k = rotated(q, cos, sin), rotated(k, cos, sin)
        k, v = (t.repeat_interleave(self.heads // self.kv_heads, 1) for t in (k, v))
        return self.o_proj(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


class SwiGLU(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj, self.up_proj = (nn.Linear(shape.hidden, shape.text_ffn, bias=False) for _ in range(2))
        self.down_proj = nn.Linear(shape.text_ffn, shape.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self_attn, self.mlp = Attention(shape), SwiGLU(shape)
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(shape.hidden), RMSNorm(shape.hidden)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.head = shape.head
        self.embed_tokens = nn.Embedding(ROWS, shape.hidden)
        self.layers = nn.ModuleList(DecoderLayer(shape) for _ in range(shape.text_layers))
        self.norm = RMSNorm(shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        angles = torch.arange(x.shape[1])[:, None] * 1e6 ** (-torch.arange(0, self.head, 2) / self.head)[None]
        cos, sin = (t.repeat(1, 2).to(x.dtype) for t in (angles.cos(), angles.sin()))
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)


class Qwen3ASR(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.audio_tower, self.model = Encoder(shape), Decoder(shape)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 4:  # keeps the speech as loud as the positions that are added to it
                nn.init.normal_(parameter, std=math.sqrt(2 / (9 * parameter.shape[1])))
            elif parameter.dim() == 2:
                branch = name.endswith(("out_proj.weight", "o_proj.weight", "fc2.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 if "embed" in name else (0.5 if branch else 1) / math.sqrt(parameter.shape[1]))

    def hidden(self, ids: Tensor, audio: list[Tensor]) -> Tensor:
        """ids [n, length] with one audio_pad for each audio embedding → decoder states."""
        x = self.model.embed_tokens(ids)
        spoken = torch.cat(audio).to(x.dtype)
        x = x.masked_scatter((ids == IDS["<|audio_pad|>"])[..., None], spoken)
        return self.model(x)

    def logits(self, states: Tensor) -> Tensor:
        return states @ self.model.embed_tokens.weight.T
