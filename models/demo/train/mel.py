"""Log-mel as HF WhisperFeatureExtractor makes it: 400-point DFT, hop 160, periodic Hann, 128 Slaney filters."""
import numpy as np

RATE, FFT, HOP, BINS = 16000, 400, 160, 128


def slaney_hz(mel: np.ndarray) -> np.ndarray:
    """Slaney's scale: linear below 1 kHz, then 27 steps to each factor 6.4."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def filters() -> np.ndarray:
    """[201, 128] triangles, each of unit area (Slaney's norm), from 0 to 8000 Hz."""
    edges = slaney_hz(np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), BINS + 2))
    freqs = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (freqs[:, None] - edges[None, :-2]) / np.diff(edges)[None, :-1]
    falling = (edges[None, 2:] - freqs[:, None]) / np.diff(edges)[None, 1:]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[None]


FILTERS = filters().astype(np.float32)
WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)).astype(np.float32)


def log_power(pcm: np.ndarray) -> np.ndarray:
    """PCM [-1, 1] at 16 kHz → log10 mel power [T, 128], T = samples // 160, before the clip's own scaling."""
    padded = np.pad(pcm.astype(np.float32), FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP][:len(pcm) // HOP]
    power = np.abs(np.fft.rfft(frames * WINDOW, axis=1)).astype(np.float32) ** 2
    return np.log10(np.maximum(power @ FILTERS, 1e-10))


def scaled(log_mel: np.ndarray) -> np.ndarray:
    """The model's input: nothing lower than 8 decades under the clip's maximum, moved to about [-1, 1.5]."""
    return (np.maximum(log_mel, log_mel.max() - 8) + 4) / 4
