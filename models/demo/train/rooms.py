"""Rooms: impulse responses of boxes by the image-source method (Allen and Berkley 1979), with a diffuse tail."""
import numpy as np

from mel import RATE

SOUND, EARLY = 343.0, 0.05
"""Metres a second; seconds after the direct sound that are made of images, before noise does as well."""


def impulse(rng: np.random.Generator) -> np.ndarray:
    """One room, speaker and microphone: 0.1 to 3 m apart, reverberation time 0.15 to 0.8 s. The direct sound is sample 0, about 1."""
    size = rng.uniform([2.2, 2.0, 2.2], [8.0, 6.0, 3.4])
    microphone = rng.uniform(0.3, size - 0.3)
    way = rng.standard_normal(3)
    apart = np.exp(rng.uniform(np.log(0.1), np.log(3.0)))
    source = np.clip(microphone + way / np.linalg.norm(way) * apart, 0.1, size - 0.1)
    reverberation = rng.uniform(0.15, 0.8)
    surface, volume = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2]), size.prod()
    reflected = np.sqrt(1 - min(0.95, 0.161 * volume / (surface * reverberation)))  # Sabine

    direct = max(0.1, float(np.linalg.norm(source - microphone)))
    reach = direct + EARLY * SOUND
    counts = [np.arange(-int(reach / (2 * length)) - 1, int(reach / (2 * length)) + 2) for length in size]
    steps = np.stack(np.meshgrid(*counts, indexing="ij"), -1).reshape(-1, 1, 3)
    mirrored = np.stack(np.meshgrid(*[[0, 1]] * 3, indexing="ij"), -1).reshape(1, -1, 3)
    places = (1 - 2 * mirrored) * source + 2 * steps * size - microphone
    bounces = (np.abs(steps - mirrored) + np.abs(steps)).sum(-1).ravel()
    distances = np.maximum(0.1, np.sqrt((places ** 2).sum(-1))).ravel()
    near = distances < reach
    response = np.zeros(int(RATE * reverberation))
    delays = ((distances[near] - direct) / SOUND * RATE).astype(int)
    kept = delays < len(response)
    np.add.at(response, delays[kept], (reflected ** bounces[near] * direct / distances[near])[kept])

    start = int(EARLY * RATE)
    decay = 10 ** (-3 * np.arange(len(response) - start) / (RATE * reverberation))
    level = np.sqrt((response[start // 2:start] ** 2).mean())
    response[start:] = level * decay * rng.standard_normal(len(decay))
    return response.astype(np.float32)


def heard_in(pcm: np.ndarray, response: np.ndarray) -> np.ndarray:
    """The same length: what rings on after the end is cut."""
    size = 1 << (len(pcm) + len(response) - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(pcm, size) * np.fft.rfft(response, size), size)[:len(pcm)].astype(np.float32)
