"""Model shapes and the config.json that describes each of them in the official nesting."""

from dataclasses import dataclass
from typing import Any

LANGUAGES = (
    "Chinese English Cantonese Arabic German French Spanish Portuguese Indonesian Italian Korean Russian Thai "
    "Vietnamese Japanese Turkish Hindi Malay Dutch Swedish Danish Finnish Polish Czech Filipino Persian Greek "
    "Romanian Hungarian Macedonian"
).split()


ALIGNER_LANGUAGES = (
    "Chinese English Cantonese French German Italian Japanese Korean Portuguese Russian Spanish"
).split()
# What a class of an aligner stands for.
SEGMENT_MS = 80


@dataclass(frozen=True)
class Shape:
    """Every dimension that differs between checkpoints; the audio output width is the text hidden size."""

    conv: int
    audio_width: int
    audio_layers: int
    audio_heads: int
    audio_ffn: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    mlp: int
    vocab: int
    mrope: tuple[int, int, int]
    # Rows of an aligner's head, one for each step of time; none for a recognizer, whose head is tied.
    classes: int = 0


# All linear inputs are multiples of 64 (one quantization group); nothing is square that need not be, the number of
# vocabulary rows is no multiple of 8, and heads x head_dim differs from the hidden size.
SMALL = Shape(
    conv=12, audio_width=128, audio_layers=2, audio_heads=2, audio_ffn=64,
    hidden=192, layers=2, heads=4, kv_heads=2, head_dim=64, mlp=128, vocab=404, mrope=(12, 10, 10),
)  # fmt: skip
MIXED = Shape(
    conv=12, audio_width=64, audio_layers=2, audio_heads=1, audio_ffn=128,
    hidden=128, layers=2, heads=4, kv_heads=2, head_dim=64, mlp=64, vocab=404, mrope=(12, 10, 10),
)  # fmt: skip
ALIGNER = Shape(
    conv=8, audio_width=128, audio_layers=3, audio_heads=4, audio_ffn=64,
    hidden=64, layers=3, heads=3, kv_heads=1, head_dim=64, mlp=128, vocab=420, mrope=(12, 10, 10), classes=5000,
)  # fmt: skip
FULL_ALIGNER = Shape(
    conv=480, audio_width=1024, audio_layers=24, audio_heads=16, audio_ffn=4096,
    hidden=1024, layers=28, heads=16, kv_heads=8, head_dim=128, mlp=3072, vocab=152064, mrope=(24, 20, 20),
    classes=5000,
)  # fmt: skip
FULL = {
    "0.6b": Shape(
        conv=480, audio_width=896, audio_layers=18, audio_heads=14, audio_ffn=3584,
        hidden=1024, layers=28, heads=16, kv_heads=8, head_dim=128, mlp=3072, vocab=151936, mrope=(24, 20, 20),
    ),
    "1.7b": Shape(
        conv=480, audio_width=1024, audio_layers=24, audio_heads=16, audio_ffn=4096,
        hidden=2048, layers=28, heads=16, kv_heads=8, head_dim=128, mlp=6144, vocab=151936, mrope=(24, 20, 20),
    ),
}  # fmt: skip


def config(shape: Shape, ids: dict[str, int]) -> dict[str, Any]:
    """The official config.json. `ids` maps special token text to id.

    The class defaults of qwen-asr are not those of the published checkpoints (n_window 100, rope_theta 5e6, other
    audio ids), so every value that matters is written out. transformers_version 4.57.1 keeps transformers 4.57.6 from
    replacing the Qwen pre-tokenizer regex in vocabularies above 100,000 entries.
    """
    audio = {
        "model_type": "qwen3_asr_audio_encoder",
        "num_mel_bins": 128,
        "d_model": shape.audio_width,
        "encoder_layers": shape.audio_layers,
        "num_hidden_layers": shape.audio_layers,
        "encoder_attention_heads": shape.audio_heads,
        "encoder_ffn_dim": shape.audio_ffn,
        "dropout": 0,
        "attention_dropout": 0,
        "activation_dropout": 0,
        "activation_function": "gelu",
        "scale_embedding": False,
        "initializer_range": 0.02,
        "max_source_positions": 1500,
        "n_window": 50,
        "n_window_infer": 800,
        "conv_chunksize": 500,
        "downsample_hidden_size": shape.conv,
        "output_dim": shape.hidden,
    }
    text = {
        "model_type": "qwen3_asr_text",
        "vocab_size": shape.vocab,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.mlp,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "hidden_act": "silu",
        "max_position_embeddings": 65536,
        "initializer_range": 0.02,
        "rms_norm_eps": 1e-6,
        "use_cache": True,
        "tie_word_embeddings": shape.classes == 0,
        "rope_theta": 1000000,
        "rope_scaling": {
            "interleaved": True,
            "mrope_interleaved": True,
            "mrope_section": list(shape.mrope),
            "rope_type": "default",
            "type": "default",
        },
        "attention_bias": False,
        "attention_dropout": 0.0,
    }
    slots = {"timestamp_token_id": ids["<timestamp>"], "timestamp_segment_time": SEGMENT_MS}
    return {
        "architectures": ["Qwen3ASRForConditionalGeneration"],
        "model_type": "qwen3_asr",
        "support_languages": ALIGNER_LANGUAGES if shape.classes else LANGUAGES,
        **(slots if shape.classes else {}),
        "thinker_config": {
            "model_type": "qwen3_forced_aligner" if shape.classes else "qwen3_asr",
            **({"classify_num": shape.classes} if shape.classes else {}),
            "audio_config": audio,
            "text_config": text,
            "audio_token_id": ids["<|audio_pad|>"],
            "audio_start_token_id": ids["<|audio_start|>"],
            "audio_end_token_id": ids["<|audio_end|>"],
            "initializer_range": 0.02,
            "dtype": "bfloat16",
        },
        "transformers_version": "4.57.1",
    }
