#!/bin/sh
# mlx 0.31.1 with mlx-cpu 0.31.1, safetensors 0.6.2 (PyPI), Linux x86-64.
#
# The safetensors format has an optional `__metadata__`, an object of strings. MLX, when it is given
# none, does not leave it out but writes null. Readers by the letter of the format refuse such files;
# the reference reader and MLX take null for "none". Published checkpoints are saved so.
#
# Seen: {"__metadata__":null,"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}}, and the reference
# reader finds the tensor a and no metadata.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet mlx==0.31.1 mlx-cpu==0.31.1 safetensors==0.6.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json, struct
import mlx.core as mx
from safetensors import safe_open

mx.save_safetensors("a.safetensors", {"a": mx.zeros((2,))})
content = open("a.safetensors", "rb").read()
(length,) = struct.unpack("<Q", content[:8])
header = content[8 : 8 + length].decode()
print(header.strip())
with safe_open("a.safetensors", "np") as file:
    print("reference reader:", list(file.keys()), file.metadata())
    same = list(file.keys()) == ["a"] and file.metadata() is None
parsed = json.loads(header)
raise SystemExit(0 if same and parsed.get("__metadata__", "absent") is None else 1)
PYTHON
