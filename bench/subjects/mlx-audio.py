"""mlx-audio on a checkpoint without a vocabulary.

python mlx-audio.py FOLDER
"""

import importlib.metadata
import json
import sys
import time
from pathlib import Path

from serve import prompt_ids, serve, speech

import mlx.core as mx
import mlx.nn as nn
from mlx_audio.stt.models.qwen3_asr.config import ModelConfig
from mlx_audio.stt.models.qwen3_asr.qwen3_asr import Qwen3ASRModel
from transformers import WhisperFeatureExtractor

FOLDER = Path(sys.argv[1])


def blas() -> str:
    """The library that multiplies matrices where MLX has no GPU."""
    if mx.default_device() == mx.gpu:
        return "Metal"
    files = importlib.metadata.files("mlx-cpu") or []
    names = sorted(file.name.split("-")[0] for file in files if file.name.startswith("libblas"))
    return ", ".join(names) or "unknown BLAS"


def build() -> Qwen3ASRModel:
    description = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    model = Qwen3ASRModel(ModelConfig.from_dict(description))
    nn.quantize(
        model,
        group_size=description["quantization"]["group_size"],
        bits=description["quantization"]["bits"],
        class_predicate=lambda path, module: hasattr(module, "to_quantized") and model.model_quant_predicate(path, module),
    )
    weights = mx.load(str(FOLDER / "model.safetensors"))
    model.load_weights(list(model.sanitize(weights).items()))
    mx.eval(model.parameters())
    return model


BEGAN = time.perf_counter()
MODEL = build()
OPEN_MS = (time.perf_counter() - BEGAN) * 1000
EXTRACTOR = WhisperFeatureExtractor(feature_size=128)


def run(seconds: float, tokens: int) -> dict[str, float]:
    samples = speech(seconds)
    times = [time.perf_counter()]
    mel = mx.array(EXTRACTOR._np_extract_fbank_features(samples[None], "cpu"))
    times.append(time.perf_counter())
    features = MODEL.get_audio_features(mel, mx.ones((1, mel.shape[2]), dtype=mx.int32))
    mx.eval(features)
    times.append(time.perf_counter())
    ids = mx.array(prompt_ids(features.shape[-2], MODEL.config.audio_token_id))[None]
    cache = MODEL.make_cache()
    embeddings = MODEL._build_inputs_embeds(ids, features.reshape(-1, features.shape[-1]))
    token = mx.argmax(MODEL._forward_with_embeds(embeddings, cache)[:, -1, :], axis=-1)
    mx.eval(token)
    times.append(time.perf_counter())
    for _ in range(tokens):
        token = mx.argmax(MODEL(token[None], cache=cache)[:, -1, :], axis=-1)
        mx.eval(token)
    times.append(time.perf_counter())
    laps = [(end - start) * 1000 for start, end in zip(times, times[1:])]
    names = ("melMs", "encodeMs", "prefillMs", "decodeMs")
    return dict(zip(names, laps, strict=True)) | {"totalMs": sum(laps), "tokens": tokens}


version = f"{importlib.metadata.version('mlx-audio')}, mlx {importlib.metadata.version('mlx')}"
serve({"openMs": OPEN_MS, "about": {"version": version, "blas": blas()}}, run)
