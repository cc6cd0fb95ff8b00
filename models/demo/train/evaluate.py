"""Word error rate of a model folder (or a training run) on manifests of make_clips.py, whole and for each voice."""
import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

import checkpoint
from bpe import Tokenizer
from mel import RATE, log_power, scaled
from speech import resample
from transcribe import text_of, transcribe
from voices import read_wav
from wer import counted, report


def read_pcm(path: Path) -> np.ndarray:
    """A WAV file at 16 kHz, whatever its rate is."""
    pcm, rate = read_wav(path)
    return pcm if rate == RATE else resample(pcm, RATE / rate)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--errors", action="store_true", help="print each wrong answer")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, tokenizer = checkpoint.read(options.model), Tokenizer.read(options.model)
    for manifest in options.manifests:
        counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        exact = 0
        for line in manifest.read_text().splitlines():
            clip = json.loads(line)
            heard = text_of(transcribe(model, tokenizer, torch.from_numpy(scaled(log_power(read_pcm(manifest.parent / clip["path"]))))))
            counts["all"].append(counted(clip, heard))
            counts[clip["voice"]].append(counts["all"][-1])
            exact += heard == clip["text"]
            if options.errors and heard != clip["text"]:
                print(f"  {clip['voice']}: {clip['text']} | {heard}")
        print(f"{manifest}: exactly right {100 * exact / len(counts['all']):.1f} %")
        report(counts)


if __name__ == "__main__":
    main()
