"""Times that do not rise, and what the official aligner makes of them.

python repairs.py COUNT [SEED]   prints a JSON object with `times` and `repaired` on each line, in milliseconds
"""

import json
import random
import sys

import numpy as np
from qwen_asr.inference.qwen3_forced_aligner import Qwen3ForceAlignProcessor

from shapes import SEGMENT_MS


def times(chance: random.Random) -> list[int]:
    """Noise, rising times with faults, many equal ones."""
    count = 2 * chance.randint(1, chance.choice((4, 20, 80)))
    classes = chance.choice((2, 5, 30, 400, 5000))
    faults = chance.random()
    rising = (at * classes // count for at in range(count))
    return [SEGMENT_MS * (chance.randrange(classes) if chance.random() < faults else good) for good in rising]


if __name__ == "__main__":
    processor = Qwen3ForceAlignProcessor()
    chance = random.Random(sys.argv[2] if len(sys.argv) > 2 else "13")
    for _ in range(int(sys.argv[1])):
        given = times(chance)
        # The product of a tensor and a float, as the official code has it, is one of f32.
        repaired = processor.fix_timestamp(np.array(given, dtype=np.float32))
        print(json.dumps({"times": given, "repaired": repaired}))
