"""The official implementation on PyTorch at the shapes of 0.6B with random weights.

python qwen-asr.py bfloat16|float32
"""

import re
import sys
import time

from serve import ROOT, prompt_ids, serve, speech

sys.path.insert(0, str(ROOT / "models/goldens"))

import torch
from official import apply_windows
from qwen_asr.core.transformers_backend.configuration_qwen3_asr import Qwen3ASRConfig
from qwen_asr.core.transformers_backend.modeling_qwen3_asr import Qwen3ASRThinkerForConditionalGeneration
from shapes import FULL, config
from tokens import QWEN_ADDED
from transformers import WhisperFeatureExtractor
from transformers.modeling_utils import no_init_weights

DTYPE = getattr(torch, sys.argv[1])


def blas() -> str:
    """The library that multiplies matrices, as PyTorch was built."""
    named = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return (named[1] if named else "unknown BLAS") + (", oneDNN" if torch.backends.mkldnn.is_available() else "")


def build() -> Qwen3ASRThinkerForConditionalGeneration:
    parsed = Qwen3ASRConfig(**config(FULL["0.6b"], QWEN_ADDED)).thinker_config
    for part in (parsed, parsed.audio_config, parsed.text_config):
        part._attn_implementation = "sdpa"
    with no_init_weights():
        model = Qwen3ASRThinkerForConditionalGeneration(parsed).to(DTYPE)
    generator = torch.Generator().manual_seed(1)
    for name, weight in model.named_parameters():
        if weight.dim() == 1:
            weight.data.fill_(float(name.endswith("weight")))
        else:
            weight.data.normal_(0, 0.02, generator=generator)
    apply_windows(model.audio_tower)
    return model.eval()


class Laps:
    """Milliseconds that the calls of a module took."""

    def __init__(self, module: torch.nn.Module) -> None:
        self.times: list[float] = []
        module.register_forward_pre_hook(self._begin)
        module.register_forward_hook(self._end)

    def _begin(self, *_: object) -> None:
        self.began = time.perf_counter()

    def _end(self, *_: object) -> None:
        self.times.append((time.perf_counter() - self.began) * 1000)


BEGAN = time.perf_counter()
MODEL = build()
OPEN_MS = (time.perf_counter() - BEGAN) * 1000
EXTRACTOR = WhisperFeatureExtractor(feature_size=128)
ENCODER, STEPS = Laps(MODEL.audio_tower), Laps(MODEL)


@torch.inference_mode()
def run(seconds: float, tokens: int) -> dict[str, float]:
    samples = speech(seconds)
    ENCODER.times.clear()
    STEPS.times.clear()
    began = time.perf_counter()
    mel = torch.from_numpy(EXTRACTOR._np_extract_fbank_features(samples[None], "cpu")).to(DTYPE)
    mel_ms = (time.perf_counter() - began) * 1000
    frames = mel.shape[2]
    audio_tokens = 13 * (frames // 100) + -(-(frames % 100) // 8)
    ids = torch.from_numpy(prompt_ids(audio_tokens, MODEL.config.audio_token_id)).long()[None]
    MODEL.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        input_features=mel,
        feature_attention_mask=torch.ones(1, frames, dtype=torch.long),
        min_new_tokens=tokens,
        max_new_tokens=tokens,
        do_sample=False,
    )
    total_ms = (time.perf_counter() - began) * 1000
    encode_ms = sum(ENCODER.times)
    prefill_ms = STEPS.times[0] - encode_ms
    return {
        "totalMs": total_ms,
        "melMs": mel_ms,
        "encodeMs": encode_ms,
        "prefillMs": prefill_ms,
        "decodeMs": total_ms - mel_ms - STEPS.times[0],
        "tokens": tokens,
    }


ABOUT = {"version": torch.__version__, "blas": blas(), "threads": torch.get_num_threads()}
serve({"openMs": OPEN_MS, "about": ABOUT}, run)
