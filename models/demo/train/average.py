"""The mean of what a training began with and what it came to: weights between two that differ by a training hear what either
hears (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Writes a checkpoint for train.py and export.py.
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
    parser.add_argument("--earlier", type=Path, nargs="*", default=[], help="copies of its checkpoint.pt, which count as much as the last one")
    parser.add_argument("--share", type=float, default=0.6, help="of the run's weights")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    saved, start = torch.load(options.run / "checkpoint.pt"), read(options.start).state_dict()
    came_to = [saved["model"], *(torch.load(path)["model"] for path in options.earlier)]
    saved["model"] = {name: torch.lerp(weight, torch.stack([model[name] for model in came_to]).mean(0), options.share)
                      for name, weight in start.items()}
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(saved, options.out / "checkpoint.pt")
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(options.run / name, options.out / name)


if __name__ == "__main__":
    main()
