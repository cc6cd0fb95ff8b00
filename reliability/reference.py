"""Says of each file that comes through standard input whether safetensors itself accepts it.

A file is its length, 8 bytes little-endian, and its bytes; the answer is one byte, "1" or "0".
"""

import struct
import sys

from safetensors import deserialize

source = sys.stdin.buffer
while head := source.read(8):
    data = source.read(struct.unpack("<Q", head)[0])
    try:
        deserialize(data)
        verdict = b"1"
    except Exception:
        verdict = b"0"
    sys.stdout.buffer.write(verdict)
    sys.stdout.buffer.flush()
