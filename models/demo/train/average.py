"""The mean of what a training began with and what it ended with: weights between two that differ by a training hear what
either hears (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Writes a checkpoint for train.py and export.py.
"""
import argparse
import shutil
from pathlib import Path

import torch

from checkpoint import read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=Path, required=True, help="the model folder that the training began with")
    parser.add_argument("--run", type=Path, required=True, help="the training's folder")
    parser.add_argument("--share", type=float, default=0.6, help="of the run's weights")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    saved, start = torch.load(options.run / "checkpoint.pt"), read(options.start).state_dict()
    saved["model"] = {name: torch.lerp(start[name], weight, options.share) for name, weight in saved["model"].items()}
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(saved, options.out / "checkpoint.pt")
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(options.run / name, options.out / name)


if __name__ == "__main__":
    main()
