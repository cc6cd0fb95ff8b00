"""Recordings: the one speech file every case is cut from, and hard signals for the feature extractor alone."""

import subprocess
import wave
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

RATE = 16_000
# Not a whole number of seconds, so that repeats of the recording meet the 100-frame chunks at other phases.
RECORDED = 187_417


def spoken(command: list[str], path: Path) -> np.ndarray:
    """Runs a synthesizer that writes s16 mono WAV to `path`; samples at 16 kHz, peak 1."""
    subprocess.run(command, check=True)
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
    divisor = np.gcd(rate, RATE)
    samples = resample_poly(samples, RATE // divisor, rate // divisor)
    return samples / np.abs(samples).max()


def record(path: Path, scratch: Path) -> None:
    """Makes speech.wav with espeak-ng and flite: three voices, pauses, faint noise; 8-bit PCM to stay small."""
    sentence = "Turn on the lights in the kitchen, and set an alarm for seven forty five."
    other = "The train to Berlin leaves at nine. It costs thirty two euros."
    third = "What is the weather like tomorrow? Probably rain, said the captain."
    file = scratch / "voice.wav"
    parts = [
        spoken(["espeak-ng", "-v", "en-us", "-s", "165", "-w", str(file), sentence], file),
        spoken(["flite", "-voice", "slt", "-t", other, "-o", str(file)], file),
        spoken(["espeak-ng", "-v", "en-gb+f3", "-s", "180", "-p", "60", "-w", str(file), third], file),
    ]
    pause = np.zeros(RATE // 4)
    speech = np.concatenate([piece for part in parts for piece in (part, pause)])
    noise = np.random.Generator(np.random.Philox(key=1)).standard_normal(RECORDED)
    speech = np.resize(speech, RECORDED) * 0.9 + noise * 0.004
    octets = np.clip(np.rint(speech * 128) + 128, 0, 255).astype(np.uint8)
    with wave.open(str(path), "wb") as file_out:
        file_out.setnchannels(1)
        file_out.setsampwidth(1)
        file_out.setframerate(RATE)
        file_out.writeframes(octets.tobytes())


def prefix(path: Path, samples: int) -> np.ndarray:
    """The first `samples` of the recording, repeated end to end as often as needed; f32 = (octet - 128) / 128."""
    with wave.open(str(path)) as file:
        octets = np.frombuffer(file.readframes(file.getnframes()), dtype=np.uint8)
    return (np.resize(octets, samples).astype(np.float32) - 128) / 128


def hard_signals() -> dict[str, np.ndarray]:
    """Short signals that find faults in windows, padding, clamps and scaling. Values are used as they are."""
    count = 2_400
    time = np.arange(count) / RATE
    generator = np.random.Generator(np.random.Philox(key=2))
    noise = generator.standard_normal(count)
    impulse = np.zeros(count)
    impulse[1_003] = 1.0
    edge = np.zeros(count)
    edge[0] = 1.0
    signals = {
        "silence": np.zeros(count),
        "impulse": impulse,
        "impulse-at-edge": edge,
        "square": np.where(np.sin(2 * np.pi * 440 * time) >= 0, 1.0, -1.0),
        "above-one": 2.5 * np.sin(2 * np.pi * 523.25 * time) + 0.01 * noise,
        "very-quiet": 2e-5 * noise,
        "white-noise": 0.3 * noise[: count - 83],
        "tone-8k": 0.9 * np.cos(np.pi * np.arange(count)),
        "offset": 0.5 + 0.001 * noise,
        "shortest": 0.5 * noise[:201],
    }
    return {name: values.astype(np.float32) for name, values in signals.items()}
