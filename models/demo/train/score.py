"""Word error rate of what the program itself wrote: `bun run transcribe -q --json CLIPS/*.wav | score.py CLIPS/manifest.jsonl`."""
import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

from wer import plain, report, word_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path, help="of make_clips.py")
    truth = {clip["path"]: clip for clip in map(json.loads, parser.parse_args().manifest.read_text().splitlines())}
    counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    exact = 0
    for heard in map(json.loads, sys.stdin):
        clip = truth[Path(heard["path"]).name]
        words = plain(clip["text"])
        pair = (word_errors(words, plain(heard["text"])), len(words))
        counts["all"].append(pair)
        counts[clip["voice"]].append(pair)
        exact += heard["text"] == clip["text"]
    print(f"exactly right {100 * exact / len(counts['all']):.1f} %")
    report(counts)


if __name__ == "__main__":
    main()
