"""Makes the goldens of this folder with the official implementation. See README.md for what each file is.

python make.py small | aligner | words | mel | tokenizer | quantization
                                               rewrite that part of what is kept in the repository
python make.py speech                          record speech.wav anew (then every golden changes)
python make.py check                           small/, aligner-small/ by other official paths; prints the differences
python make.py full [--out DIR] [--size 0.6b]  published shapes, too large for the repository; also 1.7b and aligner
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from qwen_asr import Qwen3ASRModel, Qwen3ForcedAligner
from transformers import Qwen2Tokenizer
from transformers.models.qwen2.tokenization_qwen2 import bytes_to_unicode

import aligner_texts
import quantization
import sounds
import texts
import tokens
import words as spoken
from aligner import AlignerOracle
from aligner_files import write_manifest as write_aligner_manifest
from checkpoint import (
    aligner_bits,
    mixed_bits,
    q4_bits,
    quantization_entry,
    save_official,
    save_quantized,
    write_json,
)
from official import Oracle, Stages, apply_windows, log_mel, log_mel_float32, oracle, prompt
from shapes import ALIGNER, FULL, FULL_ALIGNER, MIXED, SMALL, Shape, config
from weights import State, random_state

HERE = Path(__file__).resolve().parent
SPEECH = HERE / "speech.wav"
SMALL_SEED = 14
MIXED_SEED = 10
ALIGNER_SEED = 6
FULL_SEED = 3
NEW_TOKENS = 16
LEAST_MARGIN = 1e-3
Entry = dict[str, Any]
TOLERANCES = {"mel": 1e-5, "encoder": 1e-4, "logits": 1e-3}


@dataclass(frozen=True)
class Case:
    """A prefix of the recording and how it is asked for; `every` thins what is stored of long ones."""

    name: str
    seconds: float
    mel_every: int = 1
    encoder_every: int = 1
    language: str | None = None
    context: str = ""
    steps: bool = False

    @property
    def samples(self) -> int:
        return round(self.seconds * sounds.RATE)


CASES = (
    Case("0.3s", 0.3),
    Case("0.5s", 0.5),
    Case("1s", 1.0),
    Case("2.345s", 2.345, mel_every=4, steps=True),
    Case("9.37s", 9.37, mel_every=16, encoder_every=2),
    Case("17.03s", 17.03, mel_every=32, encoder_every=3),
    Case("35s", 35.0, mel_every=64, encoder_every=5),
    Case("2.345s-forced", 2.345, mel_every=4, language="English", context="Names: Åsa, 東京 (Tokyo), Zoë's café."),
)
MIXED_CASES = (Case("1s", 1.0), Case("9.37s", 9.37, mel_every=16, encoder_every=3))
FULL_CASES = (Case("3.2s", 3.2), Case("9.37s", 9.37))


PACKAGES = ("torch", "transformers", "qwen-asr", "tokenizers", "numpy", "mlx")


def versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}


def mel_bounds(samples: np.ndarray, mel: np.ndarray) -> dict[str, float]:
    """How far the extractor's own f32 path is from the golden, and a tolerance that leaves twice that much room."""
    single = float(np.abs(log_mel_float32(samples) - mel).max())
    return {"singlePrecision": float(f"{single:.1e}"), "tolerance": max(TOLERANCES["mel"], float(f"{2 * single:.1e}"))}


def thinned(array: np.ndarray, every: int, axis: int) -> np.ndarray:
    return array.take(np.arange(0, array.shape[axis], every), axis=axis)


def place(folder: Path, case: Case, shared: str | None, name: str, array: np.ndarray) -> str:
    """Stores an array unless `shared` names the case folder that already holds the same one; where it is found."""
    if shared:
        return f"{shared}/{name}"
    own = f"cases/{case.name}/{name}"
    (folder / own).parent.mkdir(parents=True, exist_ok=True)
    np.save(folder / own, np.ascontiguousarray(array), allow_pickle=False)
    return own


def write_case(folder: Path, case: Case, stages: Stages, same_audio: str | None, same_encoder: str | None) -> Entry:
    """Stores one case and returns its manifest entry.

    `same_audio` and `same_encoder` are folders of cases whose mel, or whose encoder output as well, is equal.
    """
    if stages.margins.min() < LEAST_MARGIN:
        raise SystemExit(f"{folder.name} {case.name}: greedy margin {stages.margins.min():.1e}; choose another seed")
    bounds = mel_bounds(sounds.prefix(SPEECH, case.samples), stages.mel)
    mel = thinned(stages.mel, case.mel_every, axis=1)
    encoder = thinned(stages.encoder, case.encoder_every, axis=0)
    entry: Entry = {
        "name": case.name,
        "samples": case.samples,
        "language": case.language,
        "context": case.context,
        "frames": stages.mel.shape[1],
        "audioTokens": stages.encoder.shape[0],
        "promptTokens": len(stages.input_ids),
        "newTokens": len(stages.tokens),
        "mel": {"file": place(folder, case, same_audio, "mel.npy", mel), "every": case.mel_every} | bounds,
        "encoder": {"file": place(folder, case, same_encoder, "encoder.npy", encoder), "every": case.encoder_every},
        "inputIds": {"file": place(folder, case, None, "input_ids.npy", stages.input_ids)},
        "logitsLast": {"file": place(folder, case, None, "logits_last.npy", stages.step_logits[0])},
        "tokens": {"file": place(folder, case, None, "tokens.npy", stages.tokens)},
        "leastMargin": round(float(stages.margins.min()), 5),
        "withoutWindows": round(float(np.abs(stages.whole - stages.encoder).max()), 5),
    }
    if case.steps:
        entry["stepLogits"] = {"file": place(folder, case, None, "step_logits.npy", stages.step_logits)}
        entry["attention"] = {"file": place(folder, case, None, "attention.npy", stages.attention)}
    return entry


def write_manifest(folder: Path, seed: int, entries: Sequence[dict[str, Any]]) -> None:
    manifest = {
        "model": folder.name,
        "seed": seed,
        "audio": "../speech.wav",
        "attention": "encoder inside windows of 104 tokens (8 s); decoder causal",
        "maths": "float32 on the stored weights, dequantized in float32 where quantized",
        "tolerances": TOLERANCES,
        "versions": versions(),
        "cases": list(entries),
    }
    write_json(folder / "manifest.json", manifest)


def write_settings(folder: Path, description: dict[str, Any], added: dict[str, int]) -> None:
    """The small files of an official folder besides the weights and the tokenizer."""
    write_json(folder / "config.json", description)
    ends = [added["<|im_end|>"], added["<|endoftext|>"]]
    write_json(
        folder / "generation_config.json",
        {"do_sample": False, "eos_token_id": ends, "pad_token_id": ends[1], "transformers_version": "4.57.1"},
    )
    write_json(
        folder / "preprocessor_config.json",
        {
            "chunk_length": 30,
            "dither": 0.0,
            "feature_extractor_type": "WhisperFeatureExtractor",
            "feature_size": 128,
            "hop_length": 160,
            "n_fft": 400,
            "n_samples": 480000,
            "nb_max_frames": 3000,
            "padding_side": "right",
            "padding_value": 0.0,
            "processor_class": "Qwen3ASRProcessor",
            "return_attention_mask": True,
            "sampling_rate": 16000,
        },
    )


@dataclass(frozen=True)
class Vocabulary:
    tokens: dict[str, int]
    merges: list[tuple[str, str]]
    added: dict[str, int]

    def write(self, folder: Path) -> None:
        tokens.save(folder, self.tokens, self.merges, self.added, header=True)


def small_vocabulary() -> Vocabulary:
    """Twelve ids fewer than the embedding has rows go to text, so that unused rows exist as in the real model."""
    size = SMALL.vocab - 12
    trained, merges = tokens.train(texts.SMALL_TRAINING, size)
    return Vocabulary(trained, merges, tokens.added_after(size))


def run_cases(
    folder: Path,
    cases: Sequence[Case],
    reader: Oracle,
    new_tokens: int,
    audio_of: str | None = None,
    encoder_of: str | None = None,
) -> list[Entry]:
    """Runs all cases; `audio_of` and `encoder_of` are sets that share the recording, or the audio weights as well."""
    entries: list[Entry] = []
    for case in cases:
        stages = reader.run(sounds.prefix(SPEECH, case.samples), case.language, case.context, new_tokens)
        twin = next((entry["name"] for entry in entries if entry["samples"] == case.samples), None)
        here = f"cases/{twin}" if twin else None
        entry = write_case(
            folder,
            case,
            stages,
            same_audio=f"{audio_of}/cases/{twin or case.name}" if audio_of else here,
            same_encoder=f"{encoder_of}/cases/{twin or case.name}" if encoder_of else here,
        )
        entries.append(entry)
        print(f"{folder.name} {case.name}: least margin {entry['leastMargin']}", flush=True)
    return entries


def official_set(
    folder: Path, shape: Shape, seed: int, words: Vocabulary, cases: Sequence[Case], shards: int, new_tokens: int
) -> State:
    """An official-layout checkpoint with its goldens; returns the bf16 weights."""
    folder.mkdir(parents=True, exist_ok=True)
    description = config(shape, words.added)
    words.write(folder)
    write_settings(folder, description, words.added)
    state = random_state(shape, seed)
    save_official(folder, state, shards)
    entries = run_cases(folder, cases, oracle(folder, description, state), new_tokens)
    write_manifest(folder, seed, entries)
    return state


def quantized_set(
    folder: Path,
    shape: Shape,
    seed: int,
    words: Vocabulary,
    cases: Sequence[Case],
    state: State,
    bits: Callable[[str], int | None],
    default: int,
    new_tokens: int,
    audio_of: str,
    encoder_of: str | None,
) -> None:
    """The same weights as an mlx-community checkpoint, with goldens of the dequantized weights."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = config(shape, words.added)
    entry = quantization_entry(state, bits, default)
    words.write(folder)
    write_settings(folder, plain | {"quantization": entry, "quantization_config": entry}, words.added)
    meaning = save_quantized(folder, state, bits)
    entries = run_cases(folder, cases, oracle(folder, plain, meaning), new_tokens, audio_of, encoder_of)
    write_manifest(folder, seed, entries)


def make_small() -> None:
    words = small_vocabulary()
    small, q4, mixed = HERE / "small", HERE / "small-q4", HERE / "small-mixed"
    state = official_set(small, SMALL, SMALL_SEED, words, CASES, 2, NEW_TOKENS)
    quantized_set(
        q4, SMALL, SMALL_SEED, words, CASES, state, q4_bits, 4, NEW_TOKENS, audio_of="../small", encoder_of="../small"
    )
    state = random_state(MIXED, MIXED_SEED)
    quantized_set(
        mixed, MIXED, MIXED_SEED, words, MIXED_CASES, state, mixed_bits, 5, NEW_TOKENS, audio_of="../small",
        encoder_of=None,
    )  # fmt: skip


def make_full(out: Path, size: str) -> None:
    """Published shapes in OUT/<size> and OUT/<size>-q4, with a stand-in vocabulary of the published size."""
    began = time.monotonic()
    words = Vocabulary(*tokens.qwen_sized())
    shards = 2 if size == "1.7b" else 1
    state = official_set(out / size, FULL[size], FULL_SEED, words, FULL_CASES, shards, 8)
    print(f"{size}: {time.monotonic() - began:.0f} s", flush=True)
    twin = f"../{size}"
    quantized_set(out / f"{size}-q4", FULL[size], FULL_SEED, words, FULL_CASES, state, q4_bits, 4, 8, twin, twin)
    (out / "speech.wav").write_bytes(SPEECH.read_bytes())
    print(f"{size} and {size}-q4: {time.monotonic() - began:.0f} s", flush=True)


def aligner_set(folder: Path, shape: Shape, seed: int, words: Vocabulary, cases: Sequence[aligner_texts.AlignerCase]) -> State:
    """An official aligner with its goldens; returns the bf16 weights."""
    folder.mkdir(parents=True, exist_ok=True)
    description = config(shape, words.added)
    words.write(folder)
    write_settings(folder, description, words.added)
    state = random_state(shape, seed)
    save_official(folder, state, 1)
    reader = AlignerOracle(folder, description, state)
    write_aligner_manifest(folder, seed, [reader.write(folder, case) for case in cases], PACKAGES)
    return state


def quantized_aligner_set(
    folder: Path, shape: Shape, seed: int, words: Vocabulary, cases: Sequence[aligner_texts.AlignerCase], state: State
) -> None:
    """The same weights as mlx-community quantizes them to 8 bits, with goldens of the dequantized weights."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = config(shape, words.added)
    entry = quantization_entry(state, aligner_bits, 8)
    words.write(folder)
    write_settings(folder, plain | {"quantization": entry, "quantization_config": entry}, words.added)
    reader = AlignerOracle(folder, plain, save_quantized(folder, state, aligner_bits))
    write_aligner_manifest(folder, seed, [reader.write(folder, case) for case in cases], PACKAGES)


def make_aligner() -> None:
    words = small_vocabulary()
    small, q8 = HERE / "aligner-small", HERE / "aligner-small-q8"
    state = aligner_set(small, ALIGNER, ALIGNER_SEED, words, aligner_texts.CASES)
    quantized_aligner_set(q8, ALIGNER, ALIGNER_SEED, words, aligner_texts.QUANTIZED_CASES, state)


def make_full_aligner(out: Path) -> None:
    """Published shapes in OUT/aligner-0.6b and OUT/aligner-0.6b-q8."""
    began = time.monotonic()
    words = Vocabulary(*tokens.qwen_sized())
    plain, q8 = out / "aligner-0.6b", out / "aligner-0.6b-q8"
    state = aligner_set(plain, FULL_ALIGNER, FULL_SEED, words, aligner_texts.FULL_CASES)
    print(f"{plain.name}: {time.monotonic() - began:.0f} s", flush=True)
    quantized_aligner_set(q8, FULL_ALIGNER, FULL_SEED, words, aligner_texts.FULL_QUANTIZED_CASES, state)
    (out / "speech.wav").write_bytes(SPEECH.read_bytes())
    print(f"{plain.name} and {q8.name}: {time.monotonic() - began:.0f} s", flush=True)


def make_mel() -> None:
    """Hard signals for the extractor alone; the tolerance grows where f32 itself cannot hold 1e-5."""
    folder = HERE / "mel"
    folder.mkdir(exist_ok=True)
    entries = []
    for name, samples in sounds.hard_signals().items():
        mel = log_mel(samples)
        np.save(folder / f"{name}.input.npy", samples, allow_pickle=False)
        np.save(folder / f"{name}.mel.npy", mel, allow_pickle=False)
        entries.append(
            {
                "name": name,
                "input": f"{name}.input.npy",
                "mel": f"{name}.mel.npy",
                "frames": mel.shape[1],
            }
            | mel_bounds(samples, mel)
        )
    write_json(folder / "manifest.json", {"versions": versions(), "cases": entries})


def make_tokenizer() -> None:
    """Vocabulary files and cases.json, agreed between the Rust tokenizer and the pure Python Qwen2Tokenizer."""
    folder = HERE / "tokenizer"
    folder.mkdir(exist_ok=True)
    size = 1_100
    vocabulary, merges = tokens.train(texts.TRAINING, size)
    added = tokens.added_after(size)
    tokens.save(folder, vocabulary, merges, added, header=False)
    fast = tokens.assemble(vocabulary, merges, added)
    slow = Qwen2Tokenizer.from_pretrained(folder)
    cases = []
    for text in dict.fromkeys(texts.TEXTS):
        ids = fast.encode(text, add_special_tokens=False).ids
        if slow.encode(text, add_special_tokens=False) != ids:
            print(f"the Python tokenizer differs: {text!r} {ids} {slow.encode(text, add_special_tokens=False)}")
        case = {"text": text, "ids": ids, "decoded": fast.decode(ids, skip_special_tokens=False)}
        plain = fast.decode(ids, skip_special_tokens=True)
        cases.append(case | ({} if plain == case["decoded"] else {"decodedWithoutSpecial": plain}))
    letters = bytes_to_unicode()
    broken = []
    for octets in texts.BROKEN:
        ids = [vocabulary[letters[octet]] for octet in octets]
        broken.append({"ids": ids, "decoded": fast.decode(ids, skip_special_tokens=False)})
    lines = ",\n".join(json.dumps(case) for case in cases)
    rest = ",\n".join(json.dumps(case) for case in broken)
    (folder / "cases.json").write_text(
        f'{{"versions": {json.dumps(versions())},\n"encode": [\n{lines}\n],\n"decode": [\n{rest}\n]}}\n',
        encoding="ascii",
    )
    print(f"tokenizer: {len(cases)} texts, {len(broken)} id lists")


def check_aligner() -> None:
    """Loads aligner-small/ with the official high-level API, whose mel is the f32 one, and compares the times."""
    folder = HERE / "aligner-small"
    api = Qwen3ForcedAligner.from_pretrained(str(folder), dtype=torch.float32)
    apply_windows(api.model.thinker.audio_tower)
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["cases"]:
        samples = sounds.prefix(SPEECH, entry["samples"])
        items = api.align((samples, sounds.RATE), entry["text"], entry["language"])[0]
        times = [round(time * 1000) for item in items for time in (item.start_time, item.end_time)]
        same = times == entry["repaired"] and [item.text for item in items] == entry["words"]
        print(f"{folder.name} {entry['name']}: {'equal' if same else 'DIFFERS'}")


def check() -> None:
    """Loads small/ with the official high-level API and compares: eager, sdpa, and its own inference as it ships.

    The latter has no windows, so its text may differ beyond 8 s; its chat template is not part of the package.
    """
    folder = HERE / "small"
    samples = {case.name: sounds.prefix(SPEECH, case.samples) for case in CASES}
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["cases"]
    for attention in ("eager", "sdpa"):
        api = Qwen3ASRModel.from_pretrained(str(folder), dtype=torch.float32, max_new_tokens=NEW_TOKENS)
        for part in (api.model.thinker, api.model.thinker.audio_tower, api.model.thinker.model):
            part.config._attn_implementation = attention
        api._build_text_prompt = lambda context, force_language: prompt(force_language, context)
        reader = Oracle(api.processor, api.model.thinker)
        for case, entry in zip(CASES, entries, strict=True):
            stages = reader.run(samples[case.name], case.language, case.context, NEW_TOKENS)
            encoder = thinned(stages.encoder, case.encoder_every, axis=0) - np.load(folder / entry["encoder"]["file"])
            logits = stages.step_logits[0] - np.load(folder / entry["logitsLast"]["file"])
            same = np.array_equal(stages.tokens, np.load(folder / entry["tokens"]["file"]))
            shipped = api._infer_asr_transformers([case.context], [samples[case.name]], [case.language])[0]
            text = api.processor.batch_decode(stages.tokens[None], skip_special_tokens=True)[0]
            print(
                f"{attention} {case.name}: encoder {np.abs(encoder).max():.1e}, logits {np.abs(logits).max():.1e}, "
                f"tokens {'equal' if same else 'DIFFER'}, "
                f"text without windows {'equal' if shipped == text else 'differs'}"
            )


PARTS = ("small", "aligner", "words", "mel", "tokenizer", "quantization", "speech", "check", "full")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / ".cache" / "goldens")
    parser.add_argument("--size", choices=(*FULL, "aligner"), default="0.6b")
    options = parser.parse_args()
    match options.part:
        case "small":
            make_small()
        case "aligner":
            make_aligner()
        case "words":
            spoken.write()
        case "mel":
            make_mel()
        case "tokenizer":
            make_tokenizer()
        case "quantization":
            quantization.write(HERE / "quantization.safetensors")
        case "speech":
            with tempfile.TemporaryDirectory() as scratch:
                sounds.record(SPEECH, Path(scratch))
        case "check":
            check()
            check_aligner()
        case "full" if options.size == "aligner":
            make_full_aligner(options.out)
        case "full":
            make_full(options.out, options.size)


if __name__ == "__main__":
    main()
