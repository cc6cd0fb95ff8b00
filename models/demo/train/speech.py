"""Work on waves: resampling (which moves pitch and formants too), rooms, codecs, noise, levels."""
import random
import wave
from pathlib import Path

import numpy as np

from coding import coded, draw_coding
from mel import RATE
from rooms import heard_in, impulse
from vocoder import another_speaker
from voices import KOKORO, Voice, read_wav, speak

REVOICED = 0.5
"""Share of the training clips that WORLD gives another throat and pitch; the others are resampled."""
OVERDRIVEN = 0.12
"""Share of them that is cut at some height, as by a microphone that is set too loud."""


def resample(pcm: np.ndarray, factor: float) -> np.ndarray:
    """`factor` times as many samples, by cutting or padding the spectrum."""
    source = 1 << (len(pcm) - 1).bit_length() if len(pcm) < 4096 else -(-len(pcm) // 4096) * 4096
    target = round(source * factor)
    spectrum = np.fft.rfft(pcm, source)
    kept = np.zeros(target // 2 + 1, complex)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return (np.fft.irfft(kept, target) * factor)[:round(len(pcm) * factor)].astype(np.float32)


def trimmed(pcm: np.ndarray) -> np.ndarray:
    """Without the program's own silence at both ends; a little is left."""
    loud = np.flatnonzero(np.abs(pcm) > 0.01 * np.abs(pcm).max())
    return pcm[max(0, loud[0] - RATE // 20):loud[-1] + RATE // 12]


def training_clips(voice: Voice, texts: list[str], rng: random.Random, tables: Path | None = None,
                   variants: int = 1) -> list[list[np.ndarray]]:
    """Sentences at 16 kHz, peak 0.5: each so often, as this voice or a relative with a longer or shorter throat, close to
    the microphone or in a room; a batch in eight as a codec leaves it."""
    noise = np.random.default_rng(rng.getrandbits(32))
    width = 0.09 if voice.program == "espeak" else 0.13 if voice == KOKORO else 0.16
    spoken = [[variant(pcm, rate, width, rng, noise) for _ in range(variants)] for pcm, rate in speak(voice, texts, rng, tables=tables)]
    if rng.random() < 0.125:
        flat = iter(coded([clip for clips in spoken for clip in clips], draw_coding(rng)))
        spoken = [[next(flat) for _ in clips] for clips in spoken]
    return [[clip * (0.5 / np.abs(clip).max()) for clip in clips] for clips in spoken]


def variant(pcm: np.ndarray, rate: int, width: float, rng: random.Random, noise: np.random.Generator) -> np.ndarray:
    if rng.random() < REVOICED:
        clip = trimmed(another_speaker(resample(pcm, RATE / rate), rng))
    else:
        warp = np.exp(rng.uniform(-width, width)) if rng.random() < 0.75 else 1.0
        clip = trimmed(resample(pcm, RATE / rate * warp))
    if rng.random() < 0.3:
        clip = heard_in(np.pad(clip, (0, RATE // 10)), impulse(noise))
    if rng.random() < OVERDRIVEN:
        loudest = np.abs(clip).max() * rng.uniform(0.2, 0.8)
        clip = np.clip(clip, -loudest, loudest)
    return clip


def coloured_noise(samples: int, colour: str, rng: np.random.Generator) -> np.ndarray:
    """Noise of unit power: white, pink (1/f power), brown (1/f²) or mains hum with overtones."""
    if colour == "hum":
        seconds, base = np.arange(samples) / RATE, rng.choice([50.0, 60.0])
        wave_ = sum(rng.uniform(0.1, 1) / k * np.sin(2 * np.pi * (base * k * seconds + rng.random())) for k in range(1, 12))
        wave_ = wave_ + 0.05 * rng.standard_normal(samples)
    else:
        spectrum = np.fft.rfft(rng.standard_normal(samples))
        slope = {"white": 0.0, "pink": 0.5, "brown": 1.0}[colour]
        wave_ = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 20) ** slope, samples)
    return (wave_ / np.sqrt((wave_ ** 2).mean())).astype(np.float32)


COLOURS = ["white", "pink", "brown", "hum"]


def recording(pcm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A clean clip as if recorded: silence around it, noise at 20-45 dB, some level below full scale; int16 steps."""
    return placed(pcm, int(RATE * rng.uniform(0.05, 0.7)), int(RATE * rng.uniform(0.05, 0.7)), rng)


def placed(pcm: np.ndarray, before: int, after: int, rng: np.random.Generator) -> np.ndarray:
    """The same with so many samples of silence."""
    clip = noisy(np.pad(pcm, (before, after)), np.sqrt((pcm ** 2).mean()) * 10 ** (-rng.uniform(20, 45) / 20), rng)
    clip = clip * (10 ** (rng.uniform(-18, -1) / 20) / np.abs(clip).max())
    return np.round(clip * 32767).astype(np.int16)


def on_the_line(pcm: np.ndarray, level: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A clean clip with noise of this root mean square, a third of a second of it around, to 0.7 of full scale; int16 steps."""
    clip = noisy(np.pad(pcm, rate // 3), level, rng)
    return np.round(clip * (0.7 * 32767 / np.abs(clip).max()))


def noisy(pcm: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    """With noise of some colour and this root mean square."""
    return pcm + level * coloured_noise(len(pcm), rng.choice(COLOURS), rng)


def write_wav(path: Path, pcm: np.ndarray, rate: int = RATE) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(pcm.astype("<i2").tobytes())
