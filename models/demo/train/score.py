"""Error rates of what the program itself writes, set by set, each with its 95 % bootstrap interval.

`score.py --model .. EVAL/*/manifest.jsonl` runs `bun run transcribe` on the clips of each manifest of make_clips.py. Of
speech outside the domain, where nothing is to be written, it counts words written for each word spoken, and those in
segments that are not marked as of low confidence.
"""
import argparse
import json
import shlex
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from wer import counted, interval, plain, report

ROOT = Path(__file__).resolve().parents[3]


def transcribed(program: list[str], model: Path, manifest: Path, clips: list[dict]) -> Iterator[dict]:
    paths = [str(manifest.parent.resolve() / clip["path"]) for clip in clips]
    command = [*program, "-q", "--json", "--model", str(model.resolve()), *paths]
    # Exit status 1 where a clip was not heard whole, as when the model wrote something else than text: it has its row.
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
    return map(json.loads, answer.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifests", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--program", default="./bunw run transcribe", help="run in the root of the repository")
    parser.add_argument("--errors", action="store_true", help="print each wrong answer")
    options = parser.parse_args()
    for manifest in options.manifests:
        clips = [json.loads(line) for line in manifest.read_text().splitlines()]
        counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        sure, exact = [], 0
        for clip, heard in zip(clips, transcribed(shlex.split(options.program), options.model, manifest, clips), strict=True):
            errors, spoken = counted(clip, heard["text"])
            counts["all"].append((errors, spoken))
            counts[clip["voice"]].append((errors, spoken))
            sure.append((sum(len(plain(part["text"])) for part in heard["segments"] if not part["lowConfidence"]), spoken))
            exact += heard["text"] == clip["text"]
            if options.errors and errors:
                print(f"  {clip['voice']}: {clip['text'] or clip['said']} | {heard['text']}")
        if any(clip["text"] for clip in clips):
            print(f"{manifest.parent.name}: exactly right {100 * exact / len(clips):.1f} %")
            report(counts)
        else:
            for name, pairs in (("words written", counts["all"]), ("of them sure", sure)):
                rate, low, high = interval(pairs)
                print(f"{manifest.parent.name}: {name} for 100 spoken: {rate:.1f} ({low:.1f}-{high:.1f})", flush=True)


if __name__ == "__main__":
    main()
