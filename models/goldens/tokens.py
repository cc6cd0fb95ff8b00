"""Qwen2-style byte-level BPE vocabularies: training, the published file set, and the `tokenizers` oracle."""

import json
from collections.abc import Sequence
from itertools import chain, product
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from checkpoint import write_json

# The split of Qwen2's tokenizer.json, character for character.
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|audio_start|>", "<|audio_end|>", "<|audio_pad|>")
# Not special: the official code splits text at <asr_text> after decoding with skip_special_tokens=True.
MARKERS = ("<asr_text>", "<timestamp>")

# Ids of the published vocabulary that prompts are made of.
QWEN_WORDS = {"user": 872, "system": 8948, "assistant": 77091, "language": 11528, "ĠEnglish": 6364}
QWEN_ADDED = dict(zip(SPECIAL + MARKERS, (151643, 151644, 151645, 151669, 151670, 151676, 151704, 151705), strict=True))
QWEN_BASE, QWEN_END = 151643, 151706

Merge = tuple[str, str]


def assemble(vocabulary: dict[str, int], merges: Sequence[Merge], added: dict[str, int]) -> Tokenizer:
    """The fast tokenizer that transformers builds for Qwen2 from the same files."""
    tokenizer = Tokenizer(models.BPE(vocabulary, list(merges), fuse_unk=False, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    for text in sorted(added, key=added.__getitem__):
        token = AddedToken(text, special=text in SPECIAL, normalized=False)
        if text in SPECIAL:
            tokenizer.add_special_tokens([token])
        else:
            tokenizer.add_tokens([token])
    return tokenizer


def train(corpus: Sequence[str], size: int) -> tuple[dict[str, int], list[Merge]]:
    """A vocabulary of `size` byte-level tokens; the 256 bytes come first, in Qwen's order."""
    tokenizer = assemble({}, [], {})
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), min_frequency=1, show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [(left, right) for left, right in model["merges"]]


def added_after(size: int) -> dict[str, int]:
    return {text: size + index for index, text in enumerate(SPECIAL + MARKERS)}


def qwen_sized() -> tuple[dict[str, int], list[Merge], dict[str, int]]:
    """Vocabulary, merges and added tokens of the published size; the words of the prompt have their published ids.

    The real vocabulary is not redistributed here; every other id is a pair or a triple of letters, which merges make
    after those words. Added tokens have no gaps, since the Rust tokenizer numbers them one after the other whatever
    the file says.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    ids = {letter: number for number, letter in enumerate(alphabet)}
    merges: list[Merge] = []
    free = 100_000
    for word, number in QWEN_WORDS.items():
        for end in range(2, len(word) + 1):
            merge = (word[: end - 1], word[end - 1])
            if merge not in merges:
                merges.append(merge)
                if end < len(word):
                    ids[word[:end]] = free
                    free += 1
        ids[word] = number
    taken = set(ids.values())
    numbers = (number for number in range(QWEN_BASE) if number not in taken)
    pairs = list(product(alphabet, repeat=2))
    for left, right in chain(pairs, ((first + second, third) for (first, second), third in product(pairs, alphabet))):
        if left + right not in ids:
            number = next(numbers, None)
            if number is None:
                break
            ids[left + right] = number
            merges.append((left, right))
    named = {number: text for text, number in QWEN_ADDED.items()}
    added = {named.get(number, f"<|unused{number}|>"): number for number in range(QWEN_BASE, QWEN_END)}
    return ids, merges, added


def save(
    folder: Path, vocabulary: dict[str, int], merges: Sequence[Merge], added: dict[str, int], header: bool
) -> None:
    """vocab.json, merges.txt and tokenizer_config.json, as the official folder has them (no tokenizer.json)."""
    ordered = dict(sorted(vocabulary.items(), key=lambda item: item[1]))
    (folder / "vocab.json").write_text(json.dumps(ordered, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2"] if header else []
    lines += [f"{left} {right}" for left, right in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    decoder = {
        str(number): {
            "content": text,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": text in SPECIAL,
        }
        for text, number in sorted(added.items(), key=lambda item: item[1])
    }
    settings: dict[str, Any] = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": decoder,
        "additional_special_tokens": list(SPECIAL[1:]),
        "bos_token": None,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "errors": "replace",
        "extra_special_tokens": {
            "audio_bos_token": "<|audio_start|>",
            "audio_eos_token": "<|audio_end|>",
            "audio_token": "<|audio_pad|>",
        },
        "model_max_length": 131072,
        "pad_token": "<|endoftext|>",
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }
    write_json(folder / "tokenizer_config.json", settings)
