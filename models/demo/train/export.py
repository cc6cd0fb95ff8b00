"""Writes the trained model as mlx-community publishes Qwen3-ASR: decoder and embedding 4-bit (or 8), encoder linears 8-bit,
the rest bf16; config, tokenizer and preprocessor files beside it. MLX itself quantizes."""
import argparse
import json
import shutil
from pathlib import Path

import mlx.core as mx
import torch

from bpe import ROWS
from model import IDS, Qwen3ASR, Shape

GROUP, ENCODER_BITS = 64, 8


def quantized(model: Qwen3ASR, decoder_bits: int) -> tuple[dict[str, mx.array], dict[str, object]]:
    """Tensors, and the `quantization` entry that describes them."""
    tensors: dict[str, mx.array] = {}
    modes: dict[str, object] = {"group_size": GROUP, "bits": decoder_bits, "mode": "affine"}
    for name, value in model.state_dict().items():
        tensor = mx.array(value.float().numpy()).astype(mx.bfloat16)
        if value.dim() == 2:
            encoder, module = name.startswith("audio_tower."), name.removesuffix(".weight")
            bits = ENCODER_BITS if encoder else decoder_bits
            packed, scales, biases = mx.quantize(tensor, group_size=GROUP, bits=bits)
            tensors |= {f"{module}.weight": packed, f"{module}.scales": scales, f"{module}.biases": biases}
            if encoder:
                modes[module] = {"group_size": GROUP, "bits": bits, "mode": "affine"}
        else:
            tensors[name] = tensor.transpose(0, 2, 3, 1) if value.dim() == 4 else tensor
    return tensors, modes


def config(shape: Shape, quantization: dict[str, object]) -> dict[str, object]:
    quarter = shape.head // 2 * 20 // 64
    return {
        "architectures": ["Qwen3ASRForConditionalGeneration"],
        "model_type": "qwen3_asr",
        "support_languages": ["English"],
        "quantization": quantization,
        "quantization_config": quantization,
        "bun_asr": {"chunk_seconds": 8, "low_confidence": -0.4, "pause_seconds": 0.6},
        "thinker_config": {
            "model_type": "qwen3_asr",
            "audio_config": {
                "model_type": "qwen3_asr_audio_encoder", "num_mel_bins": 128, "d_model": shape.width,
                "encoder_layers": shape.layers, "num_hidden_layers": shape.layers, "encoder_attention_heads": shape.heads,
                "encoder_ffn_dim": shape.ffn, "downsample_hidden_size": shape.conv, "output_dim": shape.hidden,
                "n_window": 50, "n_window_infer": 800, "conv_chunksize": 500, "max_source_positions": 1500,
                "activation_function": "gelu", "scale_embedding": False, "dropout": 0.0, "attention_dropout": 0.0,
                "activation_dropout": 0.0, "initializer_range": 0.02,
            },
            "text_config": {
                "model_type": "qwen3_asr_text", "vocab_size": ROWS, "hidden_size": shape.hidden,
                "intermediate_size": shape.text_ffn, "num_hidden_layers": shape.text_layers,
                "num_attention_heads": shape.text_heads, "num_key_value_heads": shape.kv_heads, "head_dim": shape.head,
                "hidden_act": "silu", "max_position_embeddings": 65536, "rms_norm_eps": 1e-6, "rope_theta": 1000000,
                "rope_scaling": {"rope_type": "default", "type": "default", "interleaved": True, "mrope_interleaved": True,
                                 "mrope_section": [shape.head // 2 - 2 * quarter, quarter, quarter]},
                "attention_bias": False, "attention_dropout": 0.0, "tie_word_embeddings": True, "use_cache": True,
                "initializer_range": 0.02, "pad_token_id": IDS["<|endoftext|>"],
                "eos_token_id": [IDS["<|im_end|>"], IDS["<|endoftext|>"]],
            },
            "audio_token_id": IDS["<|audio_pad|>"], "audio_start_token_id": IDS["<|audio_start|>"],
            "audio_end_token_id": IDS["<|audio_end|>"], "dtype": "bfloat16", "initializer_range": 0.02,
        },
    }


PREPROCESSOR = {
    "feature_extractor_type": "WhisperFeatureExtractor", "processor_class": "Qwen3ASRProcessor", "feature_size": 128,
    "sampling_rate": 16000, "n_fft": 400, "hop_length": 160, "chunk_length": 30, "n_samples": 480000, "nb_max_frames": 3000,
    "padding_side": "right", "padding_value": 0.0, "dither": 0.0, "return_attention_mask": True,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of train.py's checkpoint and tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    parser.add_argument("--decoder-bits", type=int, choices=[4, 8], default=4, help="8 where 4 cost accuracy")
    options = parser.parse_args()
    saved = torch.load(options.run / "checkpoint.pt")
    shape = Shape(**saved["shape"])
    model = Qwen3ASR(shape)
    model.load_state_dict(saved["model"])
    tensors, modes = quantized(model, options.decoder_bits)
    options.out.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(options.out / "model.safetensors"), tensors, metadata={"format": "mlx"})
    ends = [IDS["<|im_end|>"], IDS["<|endoftext|>"]]
    written = {
        "config.json": config(shape, modes), "preprocessor_config.json": PREPROCESSOR,
        "generation_config.json": {"do_sample": False, "eos_token_id": ends, "pad_token_id": IDS["<|endoftext|>"]},
    }
    for name, content in written.items():
        (options.out / name).write_text(json.dumps(content, indent=2) + "\n")
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(options.run / name, options.out / name)
    print(f"{saved['clips']} clips in {saved['elapsed'] / 60:.1f} min;", len(tensors), "tensors,",
          (options.out / "model.safetensors").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
