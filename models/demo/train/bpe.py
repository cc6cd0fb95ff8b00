"""Byte-level BPE in Qwen2's form: its word pattern, vocab.json, merges.txt, and special tokens after the vocabulary."""
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import regex

PATTERN = regex.compile(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|audio_start|>", "<|audio_end|>", "<|audio_pad|>", "<asr_text>", "<timestamp>"]
ENTRIES, ROWS = 1064, 1088  # learned vocabulary; embedding rows (a multiple of 64, the rest stay unused)


def byte_letters() -> dict[int, str]:
    """GPT-2's printable letter for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(printable))
    return letters


LETTERS = byte_letters()
BYTES = {letter: byte for byte, letter in LETTERS.items()}


def pieces(text: str) -> list[str]:
    return ["".join(LETTERS[byte] for byte in word.encode()) for word in PATTERN.findall(unicodedata.normalize("NFC", text))]


def merged(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    out: list[str] = []
    for symbol in symbols:
        if out and (out[-1], symbol) == pair:
            out[-1] = pair[0] + pair[1]
        else:
            out.append(symbol)
    return out


def learn(texts: Iterable[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The most frequent pair becomes an entry, until there are enough."""
    counts = Counter(piece for text in texts for piece in pieces(text))
    words = {piece: list(piece) for piece in counts}
    vocabulary = {LETTERS[byte]: number for number, byte in enumerate(sorted(LETTERS, key=lambda byte: ord(LETTERS[byte])))}
    merges: list[tuple[str, str]] = []
    while len(vocabulary) < ENTRIES:
        pairs: Counter[tuple[str, str]] = Counter()
        for piece, symbols in words.items():
            for pair in zip(symbols, symbols[1:], strict=False):
                pairs[pair] += counts[piece]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        vocabulary.setdefault("".join(best), len(vocabulary))
        words = {piece: merged(symbols, best) for piece, symbols in words.items()}
    return vocabulary, merges


class Tokenizer:
    def __init__(self, vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> None:
        self.vocabulary = vocabulary
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.special = {token: ENTRIES + number for number, token in enumerate(SPECIAL)}
        self.tokens = {number: token for token, number in {**vocabulary, **self.special}.items()}
        self.cache: dict[str, list[int]] = {}

    @classmethod
    def read(cls, folder: Path) -> "Tokenizer":
        lines = (folder / "merges.txt").read_text().splitlines()
        merges = [(left, right) for left, right in (line.split(" ") for line in lines if not line.startswith("#version"))]
        return cls(json.loads((folder / "vocab.json").read_text()), merges)

    def write(self, folder: Path) -> None:
        (folder / "vocab.json").write_text(json.dumps(self.vocabulary, ensure_ascii=False))
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in self.ranks))
        added = {str(number): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                               "special": token.startswith("<|")} for token, number in self.special.items()}
        audio = {"audio_bos_token": "<|audio_start|>", "audio_eos_token": "<|audio_end|>", "audio_token": "<|audio_pad|>"}
        (folder / "tokenizer_config.json").write_text(json.dumps({
            "add_bos_token": False, "add_prefix_space": False, "added_tokens_decoder": added,
            "additional_special_tokens": ["<|im_start|>", "<|im_end|>", "<|audio_start|>", "<|audio_end|>", "<|audio_pad|>"],
            "extra_special_tokens": audio, **audio,
            "bos_token": None, "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "errors": "replace",
            "model_max_length": 2048, "pad_token": "<|endoftext|>", "processor_class": "Qwen3ASRProcessor",
            "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None}, indent=2) + "\n")

    def encode(self, text: str) -> list[int]:
        """Ordinary text only; special tokens are placed by id."""
        ids: list[int] = []
        for piece in pieces(text):
            if piece not in self.cache:
                symbols = list(piece)
                while len(symbols) > 1:
                    best = min(zip(symbols, symbols[1:], strict=False), key=lambda pair: self.ranks.get(pair, 1 << 30))
                    if best not in self.ranks:
                        break
                    symbols = merged(symbols, best)
                self.cache[piece] = [self.vocabulary[symbol] for symbol in symbols]
            ids += self.cache[piece]
        return ids

    def prompt(self, audio_tokens: int, context: str = "") -> list[int]:
        """All that stands before the model's own words."""
        special, text = self.special, self.encode
        return [special["<|im_start|>"], *text("system\n"), *text(context), special["<|im_end|>"], *text("\n"),
                special["<|im_start|>"], *text("user\n"), special["<|audio_start|>"],
                *[special["<|audio_pad|>"]] * audio_tokens, special["<|audio_end|>"], special["<|im_end|>"], *text("\n"),
                special["<|im_start|>"], *text("assistant\n")]

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids, `<asr_text>` included, `<|…|>` and unused rows left out."""
        out = bytearray()
        for number in ids:
            token = self.tokens.get(number, "")
            if number >= ENTRIES:
                out += b"" if token.startswith("<|") else token.encode()
            else:
                out += bytes(BYTES[letter] for letter in token)
        return out.decode(errors="replace")
