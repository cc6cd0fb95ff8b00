#!/bin/sh
# transformers 5.23.0 with soynlp 0.0.493, and the dictionary of qwen-asr 0.0.6 (PyPI), Linux x86-64.
#
# Qwen3-ForcedAligner reads a text word by word. The official code cuts Korean into stems and endings, by soynlp's
# tokenizer with a dictionary of 21,000 words. transformers calls the same tokenizer without one, which then cuts at spaces
# alone: it asks the same model for the times of other, fewer words than it was trained on, and says nothing.
#
# Seen: six words by the official dictionary, three by transformers.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet transformers==5.23.0 soynlp==0.0.493
"$work/venv/bin/pip" download --quiet --no-deps --dest "$work" qwen-asr==0.0.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import zipfile
from pathlib import Path

from soynlp.tokenizer import LTokenizer
from transformers.models.qwen3_asr.processing_qwen3_asr import Qwen3ASRProcessor

text = "학교에서 친구를 만났습니다"
(wheel,) = Path().glob("qwen_asr-*.whl")
lines = zipfile.ZipFile(wheel).read("qwen_asr/inference/assets/korean_dict_jieba.dict").decode().splitlines()
official = LTokenizer(scores={line.split()[0]: 1.0 for line in lines if line.strip()}).tokenize(text)
native = Qwen3ASRProcessor.split_words_for_alignment(None, text, "Korean")
print("official:", official, "transformers:", native)
raise SystemExit(0 if native == text.split() and len(official) > len(native) else 1)
PYTHON
