"""Word error rate, case and punctuation aside, with a bootstrap interval over clips."""
import random
import re


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def word_errors(truth: list[str], heard: list[str]) -> int:
    """Edit distance in words."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(truth, 1):
        before, row[0] = row[0], number
        for column, other in enumerate(heard, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != other))
    return row[-1]


def counted(clip: dict[str, str], heard: str) -> tuple[int, int]:
    """Errors, and words spoken, of a row of a manifest; where nothing is to be written, each word written is an error."""
    truth = plain(clip["text"])
    return word_errors(truth, plain(heard)), len(truth) or len(plain(clip["said"]))


def interval(pairs: list[tuple[int, int]], rounds: int = 2000) -> tuple[float, float, float]:
    """(errors, words) of each clip → rate and its 95 % bootstrap bounds, in per cent."""
    rng = random.Random(1)

    def rate(sample: list[tuple[int, int]]) -> float:
        return 100 * sum(errors for errors, _ in sample) / max(1, sum(words for _, words in sample))
    rates = sorted(rate(rng.choices(pairs, k=len(pairs))) for _ in range(rounds))
    return rate(pairs), rates[int(rounds * 0.025)], rates[int(rounds * 0.975)]


def report(counts: dict[str, list[tuple[int, int]]]) -> None:
    """Prints the rate of each name in `counts`."""
    for name, pairs in sorted(counts.items()):
        rate, low, high = interval(pairs)
        print(f"  {name}: {len(pairs)} clips, {sum(words for _, words in pairs)} words, WER {rate:.1f} % ({low:.1f}-{high:.1f})")
