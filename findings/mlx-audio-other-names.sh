#!/bin/sh
# mlx-audio 0.6.2 with mlx[cpu] 0.32.4 (PyPI), Linux x86-64.
#
# Qwen3-ASR is published in two layouts: the official one and that of transformers 5, whose tensors
# have other names. mlx-audio knows the first. Of the second it takes no decoder tensor, says
# nothing, and runs with the random numbers that the modules began with: text without sense, and no
# error. It loads weights with `strict=False`, which passes over what is missing and what is left.
#
# Seen: the stored embedding is all ones, the loaded one is not, and it differs from load to load.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'mlx[cpu]==0.32.4' mlx-audio==0.6.2
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_audio.stt.utils import load_model
from tokenizers import Tokenizer, models

folder = Path("qwen3_asr")
folder.mkdir()
audio = {
    "num_mel_bins": 128, "d_model": 16, "encoder_layers": 1, "encoder_attention_heads": 1, "encoder_ffn_dim": 16,
    "downsample_hidden_size": 4, "output_dim": 16, "n_window": 50, "n_window_infer": 800,
}  # fmt: skip
text = {
    "vocab_size": 32, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1,
    "num_key_value_heads": 1, "head_dim": 16, "tie_word_embeddings": True,
}  # fmt: skip
config = {"model_type": "qwen3_asr", "audio_config": audio, "text_config": text}
(folder / "config.json").write_text(json.dumps(config))
(folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 128}))
(folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
Tokenizer(models.WordLevel({"a": 0}, unk_token="a")).save(str(folder / "tokenizer.json"))
name = "model.language_model.embed_tokens.weight"
mx.save_safetensors(str(folder / "model.safetensors"), {name: mx.ones((32, 16))}, metadata={"format": "pt"})


def embedding(seed: int) -> np.ndarray:
    mx.random.seed(seed)
    loaded = load_model(folder)
    return np.array(getattr(loaded, "_model", loaded).model.embed_tokens.weight)


first, second = embedding(1), embedding(2)
print("stored: all 1; loaded:", first[0, :3], "and, loaded again:", second[0, :3])
raise SystemExit(0 if not np.allclose(first, 1) and not np.allclose(first, second) else 1)
PYTHON
