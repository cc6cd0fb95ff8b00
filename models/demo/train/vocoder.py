"""Somebody else saying the same: WORLD takes a recording apart into pitch, the throat's envelope and breath, each of which
is changed by itself. Resampling (speech.py) moves pitch and throat together, as tape does; people differ in each alone.
"""
import random

import numpy as np
import pyworld

from mel import RATE

PITCH = (75.0, 330.0)
"""Hz: where the mean of a voice may be moved to."""
WHISPERED = 0.04
PIECED, SHARPENED = 0.3, 0.5
"""Shares of them that are put together of pieces, as diphones are, and whose formants are sharper or broader."""


def another_speaker(pcm: np.ndarray, rng: random.Random) -> np.ndarray:
    """The same words, at the same pace, from another throat at another pitch: 16 kHz in and out."""
    wave = pcm.astype(np.float64)
    rough, moments = pyworld.dio(wave, RATE)
    pitch = pyworld.stonemask(wave, rough, moments, RATE)
    envelope, breath = pyworld.cheaptrick(wave, pitch, moments, RATE), pyworld.d4c(wave, pitch, moments, RATE)
    voiced = pitch > 0
    if rng.random() < WHISPERED:
        pitch = np.zeros_like(pitch)
    elif voiced.any():
        pitch = moved(pitch, voiced, rng)
    breath **= np.exp(rng.uniform(-0.7, 0.3))
    envelope = stretched(envelope, np.exp(rng.uniform(-0.15, 0.15)))
    if rng.random() < SHARPENED:
        envelope = sharpened(envelope, rng.uniform(0.6, 1.35))
    if rng.random() < PIECED:
        envelope = pieced(envelope, rng)
    return pyworld.synthesize(pitch, envelope, breath, RATE)[:len(pcm)].astype(np.float32)


def moved(pitch: np.ndarray, voiced: np.ndarray, rng: random.Random) -> np.ndarray:
    """Higher or lower, and livelier or more monotonous."""
    heights = np.log(pitch[voiced])
    mean = heights.mean()
    wanted = np.clip(mean + rng.uniform(-0.5, 0.5), *np.log(PITCH))
    out = pitch.copy()
    out[voiced] = np.exp(wanted + (heights - mean) * rng.uniform(0.1, 1.3))
    return out


def stretched(envelope: np.ndarray, factor: float) -> np.ndarray:
    """The power envelope [frames, bins] with all its formants that much higher."""
    bins = envelope.shape[1]
    places = np.minimum(np.arange(bins) / factor, bins - 1)
    left = np.minimum(places.astype(int), bins - 2)
    share = places - left
    heights = np.log(envelope)
    return np.ascontiguousarray(np.exp(heights[:, left] * (1 - share) + heights[:, left + 1] * share))


def sharpened(envelope: np.ndarray, factor: float) -> np.ndarray:
    """Peaks and valleys that much higher and deeper, in logarithms, over the slope of the whole: its first five cepstral terms."""
    heights = np.log(envelope)
    cepstrum = np.fft.rfft(np.concatenate([heights, heights[:, -2:0:-1]], axis=1))
    cepstrum[:, 5:] *= factor
    return np.ascontiguousarray(np.exp(np.fft.irfft(cepstrum)[:, :envelope.shape[1]]))


def pieced(envelope: np.ndarray, rng: random.Random) -> np.ndarray:
    """As if put together of recordings of some phones each, whose throat, level and colour fit badly."""
    out, start, bins = envelope.copy(), 0, np.linspace(-1, 1, envelope.shape[1])
    while start < len(envelope):
        end = start + rng.randint(12, 40)  # frames of 5 ms
        colour = np.exp(rng.uniform(-0.5, 0.5) + rng.uniform(-0.5, 0.5) * bins)
        out[start:end] = stretched(envelope[start:end], np.exp(rng.uniform(-0.05, 0.05))) * colour
        start = end
    return out
