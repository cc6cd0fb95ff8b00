"""Makes each training clip new: works on cached raw log-mel (log10 power), where noise, rooms' colour and warps are cheap."""
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mel import BINS, RATE, log_power
from speech import COLOURS, coloured_noise

FLOOR = -10.0


def noise_bank(seed: int, seconds: int = 20, each: int = 4) -> list[Tensor]:
    """Log-mels of noise of unit power."""
    rng = np.random.default_rng(seed)
    return [torch.from_numpy(log_power(coloured_noise(RATE * seconds, colour, rng))) for colour in COLOURS for _ in range(each)]


def warped(log_mel: Tensor, rng: random.Random) -> Tensor:
    """Faster or slower (0.85-1.18), some sounds longer and others shorter, and with the mel axis stretched (0.9-1.1, unevenly)
    as by another throat."""
    speed, stretch = rng.uniform(0.85, 1.18), rng.uniform(0.92, 1.08)
    rows = moments(len(log_mel), speed, rng.uniform(0, 0.35), rng)
    bent = torch.arange(BINS) / (BINS - 1) * torch.pi
    places = torch.arange(BINS) * stretch + sum(rng.uniform(-2, 2) / k * torch.sin(k * bent) for k in (1, 2, 3))
    columns = (places.clamp(0, BINS - 1) / (BINS - 1) * 2 - 1)[None].expand(len(rows), -1)
    grid = torch.stack([columns, rows[:, None].expand(-1, BINS)], -1)
    return F.grid_sample(log_mel[None, None], grid[None], align_corners=True, padding_mode="border")[0, 0]


def moments(frames: int, speed: float, uneven: float, rng: random.Random) -> Tensor:
    """Where each frame is taken from, -1 to 1, at a pace that changes every 0.2 s by so much (standard deviation, in logarithms)."""
    wanted = max(8, round(frames / speed))
    paces = torch.tensor([rng.gauss(0, uneven) for _ in range(wanted // 20 + 3)]).exp()
    pace = F.interpolate(paces[None, None], size=wanted, mode="linear", align_corners=True)[0, 0]
    passed = pace.cumsum(0) - pace[0]
    return passed / passed[-1] * 2 - 1


def cut_close(log_mel: Tensor, tightness: float) -> Tensor:
    """From the first to the last moment that is less than so many decades under the loudest, as others trim their recordings."""
    power = torch.log10((10 ** log_mel).sum(1))
    loud = torch.nonzero(power > power.max() - tightness).flatten()
    return log_mel[max(0, int(loud[0]) - 1):int(loud[-1]) + 2]


def coloured(log_mel: Tensor, rng: random.Random) -> Tensor:
    """Another microphone: a smooth curve of up to some 6 dB; one clip in three through a narrow band."""
    bins = torch.arange(BINS) / BINS
    curve = sum(rng.uniform(-0.3, 0.3) * torch.cos(torch.pi * (k * bins + rng.random())) for k in range(4))
    if rng.random() < 0.33:
        top = rng.uniform(75, 118)  # bin 80 is about 3.4 kHz, 92 about 4 kHz
        curve = curve - (torch.arange(BINS) - top).clamp(min=0) * 0.8
        if rng.random() < 0.5:
            curve = curve - (rng.uniform(4, 10) - torch.arange(BINS)).clamp(min=0) * 0.25
    return log_mel + curve


def mixed(log_mel: Tensor, noise: Tensor, ratio: float, rng: random.Random) -> Tensor:
    """Noise added in the power domain, `ratio` dB under the mean speech power."""
    start = rng.randrange(max(1, len(noise) - len(log_mel)))
    piece = noise[start:start + len(log_mel)]
    piece = piece.repeat(-(-len(log_mel) // len(piece)), 1)[:len(log_mel)]
    power, other = 10 ** log_mel, 10 ** piece
    speech = power.sum(1)
    loud = speech[speech > 0.01 * speech.max()].mean()
    return torch.log10(power + other * (loud / other.sum(1).mean() * 10 ** (-ratio / 10)) + 1e-10)


def masked(log_mel: Tensor, rng: random.Random) -> Tensor:
    """SpecAugment, gently: up to two bands and two moments lost."""
    out = log_mel.clone()
    for _ in range(rng.randint(0, 2)):
        start, width = rng.randrange(BINS), rng.randint(1, 12)
        out[:, start:start + width] = out.min()
    for _ in range(rng.randint(0, 2)):
        start, width = rng.randrange(len(out)), rng.randint(1, 7)
        out[start:start + width] = out.min()
    return out


def silence(seconds: float) -> Tensor:
    return torch.full((round(seconds * 100), BINS), FLOOR)


def speech_clip(clips: list[Tensor], pauses: list[float], bank: list[Tensor], others: list[Tensor], strength: float,
                rng: random.Random) -> tuple[Tensor, list[tuple[int, int]]]:
    """One recording of one or more sentences with pauses between: the model's scaled input, and the frames of each sentence."""
    parts, spans, apart = [silence(rng.random() ** 2)], [], rng.random() < 0.3
    for number, clip in enumerate(clips):
        spoken, start = warped(clip, rng) if rng.random() < strength else clip, sum(map(len, parts))
        if apart:
            spoken = mixed(spoken, rng.choice(bank), rng.uniform(10, 45), rng) + rng.uniform(-0.8, 0)
        spans.append((start, start + len(spoken)))
        parts += [spoken, silence(pauses[number])]
    whole, is_coloured, hears_room = torch.cat(parts), rng.random() < strength, rng.random() < 0.5
    if is_coloured and not hears_room:
        whole = coloured(whole, rng)
    if rng.random() < 0.85:
        whole = mixed(whole, rng.choice(bank), rng.uniform(5, 28) + 17 * rng.random() + 15 * (1 - strength), rng)
    if rng.random() < 0.12 * strength:
        whole = mixed(whole, babble(others, rng), rng.uniform(8, 25), rng)
    if apart or rng.random() < 0.15:
        whole = spliced(whole, spans, rng.choice(bank), rng)
    if is_coloured and hears_room:
        whole = coloured(whole, rng)
    whole = whole + rng.uniform(-2.6, 0.5)
    if rng.random() < 0.7 * strength:
        whole = masked(whole, rng)
    return finished(whole), spans


def spliced(log_mel: Tensor, spans: list[tuple[int, int]], noise: Tensor, rng: random.Random) -> Tensor:
    """Pauses that are not the clip's own, as between recordings that were joined: their sound begins and ends at once."""
    out, level, is_quiet = log_mel.clone(), rng.uniform(-7, -2), rng.random() < 0.5
    borders = [0, *(border for span in spans for border in span), len(out)]
    for left, right in zip(borders[::2], borders[1::2], strict=True):
        start = left + (rng.randint(0, 20) if left else 0)
        end = right - (rng.randint(0, 20) if right < len(out) else 0)
        if start < end:
            out[start:end] = FLOOR if is_quiet else noise[:end - start].repeat(-(-(end - start) // len(noise)), 1)[:end - start] + level
    return out


def babble(others: list[Tensor], rng: random.Random) -> Tensor:
    """Three other clips at once, far away."""
    length = max(len(clip) for clip in others)
    return torch.log10(sum(10 ** clip.repeat(-(-length // len(clip)), 1)[:length] for clip in others) + 1e-10)


def empty_clip(bank: list[Tensor], rng: random.Random) -> Tensor:
    """No speech: digital silence or noise alone, 0.2 to 10 s."""
    frames = round(100 * rng.uniform(0.2, 10))
    if rng.random() < 0.25:
        return finished(silence(frames / 100))
    noise = rng.choice(bank)
    start = rng.randrange(len(noise) - frames)
    return finished(coloured(noise[start:start + frames], rng) + rng.uniform(-8, -0.5))


def finished(log_mel: Tensor) -> Tensor:
    log_mel = log_mel.clamp(min=FLOOR)
    return (log_mel.clamp(min=log_mel.max().item() - 8) + 4) / 4
