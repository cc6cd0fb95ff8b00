"""What telephones and low bit rates leave of speech: G.711, Opus and MP3, by ffmpeg."""
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np

from mel import RATE

GAP = RATE // 5


def ffmpeg() -> str:
    """The one on PATH, else the one that `./bunw run setup` fetched."""
    fetched = Path(__file__).parents[3] / ".deps" / "imageio_ffmpeg" / "binaries"
    found = shutil.which("ffmpeg") or next((str(path) for path in sorted(fetched.glob("ffmpeg*"))), None)
    if found is None:
        raise FileNotFoundError("no ffmpeg: install it, or run ./bunw run setup")
    return found


def draw_coding(rng: random.Random) -> list[str]:
    """Arguments of ffmpeg's encoder, the container last."""
    return rng.choice([["-c:a", "libopus", "-b:a", f"{rng.randint(6, 20)}k", "ogg"],
                       ["-c:a", "libmp3lame", "-b:a", rng.choice(["16k", "24k", "32k"]), "mp3"],
                       ["-c:a", "pcm_mulaw", "-ar", "8000", "wav"]])


def coded(clips: list[np.ndarray], coding: list[str]) -> list[np.ndarray]:
    """16 kHz clips through an encoder and back, all in one run, for starting ffmpeg takes longer than its work."""
    joined = np.concatenate([np.pad(clip, (GAP, GAP)) for clip in clips]).astype("<f4")
    raw, quiet = ["-f", "f32le", "-ar", str(RATE), "-ac", "1"], [ffmpeg(), "-v", "error"]
    sent = subprocess.run([*quiet, *raw, "-i", "pipe:", *coding[:-1], "-f", coding[-1], "pipe:"], input=joined.tobytes(),
                          check=True, capture_output=True).stdout
    back = subprocess.run([*quiet, "-i", "pipe:", *raw, "pipe:"], input=sent, check=True, capture_output=True).stdout
    heard = np.frombuffer(back, "<f4")
    heard = np.pad(heard, (0, max(0, len(joined) - len(heard))))
    out, start = [], 0
    for clip in clips:
        out.append(heard[start + GAP:start + GAP + len(clip)].copy())
        start += len(clip) + 2 * GAP
    return out
