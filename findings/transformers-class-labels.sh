#!/bin/sh
# transformers 5.24.0 (PyPI).
#
# How many classes a model's head has is `num_labels` in Python, and a reader of config.json looks
# for that. It is never saved: a label is, for each class and back, of 5,000 classes 10,000 entries.
# In models without such a head `id2label` stands in the configuration, too, with two of them. Of a
# config.json that has `num_labels` alone, transformers takes it.
#
# Seen: no `num_labels` and 5,000 labels in a file of 248 KB; two labels by default.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet transformers==5.24.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
from pathlib import Path

from transformers import AutoConfig
from transformers.models.qwen3_asr.configuration_qwen3_asr import Qwen3ASRConfig

file = Path("config.json")
Qwen3ASRConfig(num_labels=5000).save_pretrained(".")
saved = json.loads(file.read_text())
labels = len(saved["id2label"])
print("num_labels saved:", "num_labels" in saved, "· labels:", labels, "· bytes:", file.stat().st_size)
usual = len(Qwen3ASRConfig().to_dict()["id2label"])
print("labels of a model without classes:", usual)
for name in ["id2label", "label2id"]:
    del saved[name]
file.write_text(json.dumps({**saved, "num_labels": 90}))
read = AutoConfig.from_pretrained(".").num_labels
print("num_labels read:", read)
raise SystemExit(0 if ("num_labels" not in saved, labels, usual, read) == (True, 5000, 2, 90) else 1)
PYTHON
