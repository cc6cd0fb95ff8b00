"""The synthetic voices: which there are, which may be trained on, and how each program is asked to speak.

Programs are called once a sentence (festival: once a batch, for its start takes longer than its speech); the neural ones
(Kokoro, Piper, hibari) run in this process.
"""
import random
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import hibari
import numpy as np

import kokoro
import piper
from accents import draw_accent

ESPEAK_ACCENTS = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc", "en-029"]
ESPEAK_VARIANTS = ("f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Alex Alicia Andrea Andy Annie Denis Diogo Gene Henrique Hugo "
                   "Jacky Lee Marco Mario Michael Mike Nguyen RicishayMax Storm adam anika announcer antonio aunty belinda "
                   "benjamin boris caleb david ed edward grandma grandpa gustave iven john kaukovalta klatt klatt2 klatt3 "
                   "klatt4 klatt5 klatt6 linda marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro "
                   "shelby steph travis victor zac whisperf").split()

ACCENTED = 0.45
"""Share of Kokoro's speakers who put other sounds in place of the English ones."""


@dataclass(frozen=True)
class Voice:
    program: str
    speaker: str
    share: float
    """Share of the training clips, Kokoro's aside; 0 = not drawn."""

    @property
    def name(self) -> str:
        return f"{self.program}-{self.speaker}"


TRAINED = [
    Voice("kokoro", "any", 0),  # 46 people and mixtures of them; make_data.py gives them most of its time
    Voice("espeak", "any", 0.28),
    Voice("flite", "slt", 0.09), Voice("flite", "rms", 0.09), Voice("flite", "awb", 0.08),
    Voice("flite", "kal16", 0.05), Voice("flite", "kal", 0.03),
    Voice("rhvoice", "bdl", 0.10), Voice("rhvoice", "clb", 0.10), Voice("rhvoice", "slt", 0.03),
    Voice("pico", "en-US", 0.06), Voice("pico", "en-GB", 0.06),
    Voice("festival", "ked_diphone", 0.03), Voice("festival", "rab_diphone", 0.03),
    Voice("mbrola", "us2", 0), Voice("mbrola", "us3", 0), Voice("mbrola", "en1", 0),  # in the third training alone: they helped nothing
]
NEVER_HEARD = [
    Voice("rhvoice", "alan", 0),   # Scottish man, RHVoice: no other voice here is his
    Voice("mbrola", "us1", 0),     # American woman, diphones
    *(Voice("kokoro", name, 0) for name in kokoro.HELD_OUT),
    Voice("piper", "joe", 0),      # American man
    Voice("hibari", "heart", 0),   # American woman, made after Kokoro's af_heart
]
NAMED = {voice.name: voice for voice in TRAINED + NEVER_HEARD}
KOKORO = NAMED["kokoro-any"]


def draw(rng: random.Random) -> Voice:
    """Any trained one but Kokoro."""
    return rng.choices(TRAINED, [voice.share for voice in TRAINED])[0]


def speak(voice: Voice, texts: list[str], rng: random.Random, plain: bool = False,
          tables: Path | None = None) -> list[tuple[np.ndarray, int]]:
    """Each text as (PCM in [-1, 1], sample rate). `plain` keeps the program's own rate and pitch; `tables` is the folder
    of Kokoro's voices. What `kokoro-any` says at one call is said by one speaker."""
    if voice.program in ("kokoro", "piper", "hibari"):
        return speak_neural(voice, texts, rng, plain, tables)
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        paths = [folder / f"{number}.wav" for number in range(len(texts))]
        if voice.program == "festival":
            run_festival(voice.speaker, texts, paths, 1.0 if plain else rng.uniform(0.85, 1.15))
        else:
            for text, path in zip(texts, paths, strict=True):
                command, stdin = command_for(voice, text, path, rng, plain)
                subprocess.run(command, input=stdin, text=True, check=True, capture_output=True)
        return [read_wav(path) for path in paths]
    finally:
        shutil.rmtree(folder)


def speak_neural(voice: Voice, texts: list[str], rng: random.Random, plain: bool,
                 tables: Path | None) -> list[tuple[np.ndarray, int]]:
    speeds = [1.0 if plain else rng.uniform(0.8, 1.35) for _ in texts]
    match voice.program:
        case "kokoro":
            if tables is None:
                raise ValueError("Kokoro's voices need the folder of their tables: --voices")
            model = kokoro.opened(tables)
            somebody = voice.speaker == "any"
            speaker = kokoro.draw_speaker(list(model.tables), rng) if somebody else {voice.speaker: 1.0}
            accent = draw_accent(rng) if somebody and rng.random() < ACCENTED else None
            return [(model.speak(text, speaker, speed, accent), kokoro.RATE) for text, speed in zip(texts, speeds, strict=True)]
        case "piper":
            return [(piper.speak(text, 1 / speed), piper.RATE) for text, speed in zip(texts, speeds, strict=True)]
        case _:
            return [(opened_hibari()(text, speed, seed=rng.getrandbits(31)), hibari.SAMPLE_RATE)
                    for text, speed in zip(texts, speeds, strict=True)]


@cache
def opened_hibari() -> hibari.Hibari:
    return hibari.Hibari()


def command_for(voice: Voice, text: str, path: Path, rng: random.Random, plain: bool) -> tuple[list[str], str | None]:
    def vary(low: float, high: float, usual: float) -> float:
        return usual if plain else rng.uniform(low, high)
    match voice.program:
        case "espeak":
            accent, variant = rng.choice(ESPEAK_ACCENTS), rng.choice(ESPEAK_VARIANTS)
            name = accent if rng.random() < 0.15 else f"{accent}+{variant}"
            return ["espeak-ng", "-v", name, "-s", str(int(vary(125, 200, 165))), "-p", str(int(vary(25, 75, 50))),
                    "-w", str(path), text], None
        case "mbrola":
            return ["espeak-ng", "-v", f"mb-{voice.speaker}", "-s", str(int(vary(130, 190, 160))), "-p", str(int(vary(35, 65, 50))),
                    "-w", str(path), text], None
        case "flite":
            mean = {"slt": 175, "rms": 95, "awb": 120, "kal16": 105, "kal": 105}[voice.speaker]
            return ["flite", "-voice", voice.speaker, "--setf", f"duration_stretch={vary(0.85, 1.2, 1):.3f}",
                    "--setf", f"int_f0_target_mean={mean * vary(0.85, 1.15, 1):.1f}", "-t", text, "-o", str(path)], None
        case "rhvoice":
            return ["RHVoice-test", "-p", voice.speaker, "-r", str(int(vary(80, 130, 100))),
                    "-t", str(int(vary(85, 120, 100))), "-q", rng.choice(["min", "standard"]), "-o", str(path)], text + "\n"
        case "pico":
            tagged = f'<speed level="{vary(80, 125, 100):.0f}"><pitch level="{vary(80, 125, 100):.0f}">{text}</pitch></speed>'
            return ["pico2wave", "-l", voice.speaker, "-w", str(path), tagged], None
    raise ValueError(f"no such program: {voice.program}")


def run_festival(speaker: str, texts: list[str], paths: list[Path], stretch: float) -> None:
    lines = [f"(voice_{speaker})", f"(Parameter.set 'Duration_Stretch {stretch:.3f})"]
    lines += [f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{path}" \'riff)'
              for text, path in zip(texts, paths, strict=True)]
    subprocess.run(["festival", "--pipe"], input="\n".join(lines), text=True, check=True, capture_output=True)


def read_wav(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return pcm.astype(np.float32) / 32768, file.getframerate()
