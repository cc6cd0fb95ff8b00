"""Makes small-hf/ and aligner-small-hf/: checkpoints as transformers 5 saves them, and what it computes with them.

The official package pins transformers 4, so this has an environment of its own: requirements-transformers5.txt.
"""

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    GenerationConfig,
    Qwen2Tokenizer,
    Qwen3ASRConfig,
    Qwen3ASRFeatureExtractor,
    Qwen3ASRForConditionalGeneration,
    Qwen3ASRForTokenClassification,
    Qwen3ASRProcessor,
    WhisperFeatureExtractor,
)

import sounds
from aligner_files import write_case, write_manifest
from aligner_texts import QUANTIZED_CASES, AlignerCase
from shapes import SEGMENT_MS, Shape, config
from weights import State, random_state

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "small-hf"
ALIGNER_FOLDER = HERE / "aligner-small-hf"
# Fourteen decoder layers, as one published fine-tune has: neither 28 nor what the other sets have.
DEEP = Shape(
    conv=8, audio_width=48, audio_layers=1, audio_heads=3, audio_ffn=64,
    hidden=64, layers=14, heads=3, kv_heads=1, head_dim=32, mlp=80, vocab=404, mrope=(6, 5, 5),
)  # fmt: skip
ALIGNER = Shape(
    conv=8, audio_width=48, audio_layers=2, audio_heads=3, audio_ffn=64,
    hidden=64, layers=3, heads=3, kv_heads=1, head_dim=32, mlp=80, vocab=410, mrope=(6, 5, 5), classes=1250,
)  # fmt: skip
SEED = 21
ALIGNER_SEED = 2
NEW_TOKENS = 16
CASES = {"2.345s": (2.345, 1), "9.37s": (9.37, 3)}
LEAST_MARGIN = 1e-3
# Official names, and those of transformers 5.
PREFIXES = (
    ("thinker.audio_tower.proj1.", "model.multi_modal_projector.linear_1."),
    ("thinker.audio_tower.proj2.", "model.multi_modal_projector.linear_2."),
    ("thinker.audio_tower.", "model.audio_tower."),
    ("thinker.model.", "model.language_model."),
    ("thinker.lm_head.", "lm_head."),
)


PACKAGES = ("torch", "transformers", "tokenizers", "numpy")
Recognizer = Qwen3ASRForConditionalGeneration
Aligner = Qwen3ASRForTokenClassification


def renamed(key: str, shape: Shape) -> str:
    if shape.classes and key == "thinker.lm_head.weight":
        return "score.weight"
    official, ours = next(pair for pair in PREFIXES if key.startswith(pair[0]))
    return ours + key.removeprefix(official)


def description(shape: Shape, added: dict[str, int]) -> Qwen3ASRConfig:
    """The configuration of `config`, with the fields that transformers 5 has for it."""
    thinker = config(shape, added)["thinker_config"]
    audio = thinker["audio_config"] | {"model_type": "qwen3_asr_encoder"}
    for name in ("num_hidden_layers", "max_source_positions", "conv_chunksize"):
        del audio[name]
    text = thinker["text_config"] | {"model_type": "qwen3"}
    text["rope_parameters"] = {"rope_type": "default", "rope_theta": text.pop("rope_theta")}
    del text["rope_scaling"]
    ends = [added["<|im_end|>"], added["<|endoftext|>"]]
    return Qwen3ASRConfig(
        audio_config=audio,
        text_config=text,
        audio_token_id=added["<|audio_pad|>"],
        timestamp_token_id=added["<timestamp>"],
        eos_token_id=ends,
        pad_token_id=ends[1],
        **({"num_labels": shape.classes, "tie_word_embeddings": False} if shape.classes else {}),
    )


def save(kind: type[Any], folder: Path, shape: Shape, seed: int) -> tuple[Any, Qwen3ASRProcessor]:
    """Writes everything as `save_pretrained` does, and reads the model again, in f32."""
    tokenizer = Qwen2Tokenizer.from_pretrained(HERE / "small")
    added = {text: tokenizer.convert_tokens_to_ids(text) for text in tokenizer.get_added_vocab()}
    parsed = description(shape, added)
    model = kind(parsed)
    state: State = {renamed(key, shape): value for key, value in random_state(shape, seed).items()}
    model.load_state_dict(state, strict=True)
    model = model.to(torch.bfloat16)
    if kind is Recognizer:
        model.generation_config = GenerationConfig(
            do_sample=False, eos_token_id=list(parsed.eos_token_id), pad_token_id=parsed.pad_token_id
        )
    model.save_pretrained(folder)
    processor = Qwen3ASRProcessor(feature_extractor=Qwen3ASRFeatureExtractor(), tokenizer=tokenizer)
    processor.save_pretrained(folder)
    # A model that was bf16 once keeps positions of that precision.
    read = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return read.eval(), processor


def log_mel(samples: np.ndarray) -> np.ndarray:
    """[128, T] by the extractor's NumPy path, which works in f64."""
    mel = WhisperFeatureExtractor(feature_size=128)._np_extract_fbank_features(samples[None], "cpu")[0]
    return np.asarray(mel, dtype=np.float32)


def heard(samples: np.ndarray) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    """The mel, and as the model takes it: padded to whole chunks, with a mask."""
    mel = log_mel(samples)
    frames = mel.shape[1]
    padded = np.pad(mel, ((0, 0), (0, -frames % 100)))
    return mel, torch.from_numpy(padded)[None], (torch.arange(padded.shape[1]) < frames).long()[None]


@torch.inference_mode()
def run(
    model: Qwen3ASRForConditionalGeneration, tokenizer: Qwen2Tokenizer, name: str, seconds: float, every: int
) -> dict[str, Any]:
    """Stores one case and returns its manifest entry."""
    samples = sounds.prefix(HERE / "speech.wav", round(seconds * sounds.RATE))
    mel, features, mask = heard(samples)
    encoder = model.get_audio_features(features, mask).pooler_output.numpy()
    pads = "<|audio_pad|>" * len(encoder)
    text = (
        "<|im_start|>system\n<|im_end|>\n"
        f"<|im_start|>user\n<|audio_start|>{pads}<|audio_end|><|im_end|>\n<|im_start|>assistant\n"
    )
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    result = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        input_features=features,
        input_features_mask=mask,
        max_new_tokens=NEW_TOKENS,
        min_new_tokens=NEW_TOKENS,
        do_sample=False,
        return_dict_in_generate=True,
        output_logits=True,
    )
    logits = torch.cat(result.logits).float().numpy()
    best = np.sort(logits, axis=1)[:, -2:]
    margin = float((best[:, 1] - best[:, 0]).min())
    tokens = result.sequences[0, ids.shape[1] :].numpy().astype(np.int32)
    if margin < LEAST_MARGIN or not np.array_equal(tokens, logits.argmax(axis=1)):
        raise SystemExit(f"{name}: greedy margin {margin:.1e}; choose another seed")
    case = f"cases/{name}"
    (FOLDER / case).mkdir(parents=True, exist_ok=True)
    arrays = {
        "encoder": encoder[::every],
        "input_ids": ids[0].numpy().astype(np.int32),
        "logits_last": logits[0],
        "tokens": tokens,
    }
    for array, values in arrays.items():
        np.save(FOLDER / case / f"{array}.npy", np.ascontiguousarray(values), allow_pickle=False)
    mel_entry = next(
        entry["mel"]
        for entry in json.loads((HERE / "small/manifest.json").read_text(encoding="utf-8"))["cases"]
        if entry["name"] == name
    )
    return {
        "name": name,
        "samples": len(samples),
        "language": None,
        "context": "",
        "frames": mel.shape[1],
        "audioTokens": len(encoder),
        "promptTokens": ids.shape[1],
        "newTokens": NEW_TOKENS,
        "mel": mel_entry | {"file": f"../small/{mel_entry['file']}"},
        "encoder": {"file": f"{case}/encoder.npy", "every": every},
        "inputIds": {"file": f"{case}/input_ids.npy"},
        "logitsLast": {"file": f"{case}/logits_last.npy"},
        "tokens": {"file": f"{case}/tokens.npy"},
        "leastMargin": round(margin, 5),
    }


@torch.inference_mode()
def align(model: Aligner, processor: Qwen3ASRProcessor, case: AlignerCase) -> dict[str, Any]:
    """Stores one case of the aligner and returns its manifest entry."""
    _, features, mask = heard(sounds.prefix(HERE / "speech.wav", case.samples))
    encoder = model.model.get_audio_features(features, mask).pooler_output
    words = processor.split_words_for_alignment(case.text, case.language)
    text = f"<|audio_start|>{'<|audio_pad|>' * len(encoder)}<|audio_end|>"
    text += "".join(f"{word}<timestamp><timestamp>" for word in words)
    ids = processor.tokenizer(text, return_tensors="pt")["input_ids"]
    logits = model(
        input_ids=ids, attention_mask=torch.ones_like(ids), input_features=features, input_features_mask=mask
    ).logits[0]
    slot = model.config.timestamp_token_id

    def repaired(classes: np.ndarray) -> list[int]:
        """The times as `decode_forced_alignment` tells them for slots of these classes."""
        told = torch.nn.functional.one_hot(torch.from_numpy(classes), ALIGNER.classes)[None]
        slots = torch.full((1, len(classes)), slot)
        (items,) = processor.decode_forced_alignment(told, slots, [words], slot, SEGMENT_MS)
        return [round(item[end] * 1000) for item in items for end in ("start_time", "end_time")]

    return write_case(ALIGNER_FOLDER, case, words, ids[0].numpy(), logits[ids[0] == slot].numpy(), repaired)


def make_aligner() -> None:
    shutil.rmtree(ALIGNER_FOLDER, ignore_errors=True)
    ALIGNER_FOLDER.mkdir()
    model, processor = save(Aligner, ALIGNER_FOLDER, ALIGNER, ALIGNER_SEED)
    entries = [align(model, processor, case) for case in QUANTIZED_CASES]
    write_manifest(ALIGNER_FOLDER, ALIGNER_SEED, entries, PACKAGES)


def make_small() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    model, processor = save(Recognizer, FOLDER, DEEP, SEED)
    manifest = {
        "model": FOLDER.name,
        "seed": SEED,
        "audio": "../speech.wav",
        "attention": "encoder inside windows of 104 tokens (8 s); decoder causal",
        "maths": "float32 on the stored weights",
        "tolerances": {"mel": 1e-5, "encoder": 1e-4, "logits": 1e-3},
        "versions": {name: version(name) for name in PACKAGES},
        "cases": [run(model, processor.tokenizer, name, *case) for name, case in CASES.items()],
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make_small()
    make_aligner()
