"""Writes test clips: WAV files and manifest.jsonl ({path, text, voice}) in a folder for each set of OUT.

trained      unseen sentences, trained voices of the quick synthesizers, at random rate and pitch
kokoro, piper, hibari, mbrola, rhvoice    unseen sentences, voices never heard in training
phrases      what people say first, by Kokoro's held-out voices
outside      sentences outside the domain (outside.txt), by voices never heard; `said` holds them, `text` is empty
joined       recordings of two minutes: the clips of Kokoro's held-out voices, Piper and hibari, with pauses of 0.4 to 2 s
digits       single digits of Kokoro's held-out voices, made into rows of 8 kHz just as those of people
people       digits in a row by the six speakers of FSDD, with pauses of 0.15 to 0.6 s (with --people)
people-noise the same with noise at 5 to 15 dB
people-8k    the same as people, in files of 8 kHz
announcements    numbers, days, dates and times by another person, of Asterisk's recordings (with --announcements)
"""
import argparse
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

import announcements
import grammar
import outside
import people
import phrases
import speech
import voices
from mel import RATE

Clip = tuple[np.ndarray, dict[str, str]]
"""int16 samples, and what the manifest says of them."""


def write(folder: Path, clips: Iterable[Clip], rate: int = RATE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "manifest.jsonl").open("w") as manifest:
        for number, (pcm, row) in enumerate(clips):
            path = f"{number:04}-{row['voice']}.wav"
            speech.write_wav(folder / path, pcm, rate)
            manifest.write(json.dumps({"path": path} | row) + "\n")
    print(folder, flush=True)


class Studio:
    """Speaks test sentences with noise at 20-45 dB, silence around and a random level."""

    def __init__(self, tables: Path, seed: int) -> None:
        self.tables, self.rng, self.noise = tables, random.Random(seed), np.random.default_rng(seed)

    def spoken(self, voice: voices.Voice, text: str) -> np.ndarray:
        [(pcm, rate)] = voices.speak(voice, [text], self.rng, plain=voice in voices.NEVER_HEARD, tables=self.tables)
        return speech.trimmed(speech.resample(pcm, RATE / rate))

    def clips(self, spoken: Iterable[tuple[voices.Voice, str]], written: bool = True) -> Iterator[Clip]:
        for voice, text in spoken:
            row = {"text": text, "voice": voice.name} if written else {"text": "", "said": text, "voice": voice.name}
            yield speech.recording(self.spoken(voice, text), self.noise), row

    def digits(self, speakers: list[voices.Voice], rate: int) -> people.Spoken:
        """Each digit twice by each speaker."""
        return {voice.name: {digit: [speech.resample(speech.trimmed(self.spoken(voice, name + ".")), rate / RATE) for _ in range(2)]
                             for digit, name in enumerate(grammar.DIGITS)} for voice in speakers}

    def joined(self, speakers: list[voices.Voice], minutes: float) -> Iterator[Clip]:
        """Recordings of two minutes, each sentence by the next speaker."""
        turns = itertools.cycle(speakers)
        for _ in range(max(1, round(minutes / 2))):
            parts, texts, seconds = [], [], 0.0
            while seconds < 120:
                texts.append(grammar.unseen_sentence(self.rng))
                parts.append(np.pad(self.spoken(next(turns), texts[-1]), (0, int(RATE * self.rng.uniform(0.4, 2)))))
                parts[-1] *= 0.3 / np.abs(parts[-1]).max() * 10 ** (self.rng.uniform(-4, 4) / 20)
                seconds += len(parts[-1]) / RATE
            yield speech.recording(np.concatenate(parts), self.noise), {"text": " ".join(texts), "voice": "several"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--voices", type=Path, required=True, help="folder of Kokoro's voice tables")
    parser.add_argument("--people", type=Path, help="clone of the Free Spoken Digit Dataset")
    parser.add_argument("--announcements", type=Path, help=f"folder of Asterisk's recordings, in Debian {announcements.FOLDER}")
    parser.add_argument("--each", type=int, default=150, help="clips of each set; of people for each speaker a third")
    parser.add_argument("--minutes", type=float, default=30, help="of joined speech")
    parser.add_argument("--seed", type=int, default=2024)
    options = parser.parse_args()
    studio, rng = Studio(options.voices, options.seed), random.Random(options.seed)
    heard = {program: [voice for voice in voices.NEVER_HEARD if voice.program == program]
             for program in ("kokoro", "piper", "hibari", "mbrola", "rhvoice")}
    neural = [*heard["kokoro"], *heard["piper"], *heard["hibari"]]

    def sentences(speakers: list[voices.Voice]) -> list[tuple[voices.Voice, str]]:
        return [(voice, grammar.unseen_sentence(rng)) for voice in itertools.islice(itertools.cycle(speakers), options.each)]
    if options.people:
        for name, ratio, rate in (("people", 30.0, RATE), ("people-noise", 10.0, RATE), ("people-8k", 30.0, people.RATE)):
            write(options.out / name, people.rows(people.recorded(options.people, rate), options.each // 3, ratio, rate, options.seed), rate)
    if options.announcements:
        write(options.out / "announcements", announcements.clips(options.announcements, options.each, options.seed), announcements.RATE)
    write(options.out / "digits", people.rows(studio.digits(heard["kokoro"], people.RATE), options.each // 5, 30.0, people.RATE, options.seed), people.RATE)
    write(options.out / "trained", studio.clips([(voices.draw(rng), grammar.unseen_sentence(rng)) for _ in range(options.each)]))
    for program, speakers in heard.items():
        write(options.out / program, studio.clips(sentences(speakers)))
    turns = itertools.cycle(neural)
    write(options.out / "phrases", studio.clips([(next(turns), phrases.phrase(rng)) for _ in range(options.each)]))
    write(options.out / "outside", studio.clips([(next(turns), text) for text in outside.tests()[:options.each]], written=False))
    if options.minutes:
        write(options.out / "joined", studio.joined(neural, options.minutes))


if __name__ == "__main__":
    main()
