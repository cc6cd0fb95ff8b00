"""The official model in f32: mel, windowed encoder, prompt ids, logits and greedy tokens of one recording."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from qwen_asr.core.transformers_backend.configuration_qwen3_asr import Qwen3ASRConfig
from qwen_asr.core.transformers_backend.modeling_qwen3_asr import (
    Qwen3ASRAudioEncoder,
    Qwen3ASRThinkerForConditionalGeneration,
)
from qwen_asr.core.transformers_backend.processing_qwen3_asr import Qwen3ASRProcessor
from transformers import WhisperFeatureExtractor
from transformers.modeling_utils import no_init_weights

from weights import State


@dataclass(frozen=True)
class Stages:
    """What each stage gives for one recording. `whole` is the encoder without windows, kept for comparison."""

    mel: np.ndarray
    encoder: np.ndarray
    whole: np.ndarray
    input_ids: np.ndarray
    step_logits: np.ndarray
    tokens: np.ndarray
    attention: np.ndarray
    """[layers, heads, positions, audio tokens]: of the positions after the audio, softmax over the audio alone."""

    @property
    def margins(self) -> np.ndarray:
        """Distance of the best logit from the second, for each greedy step."""
        best = np.sort(self.step_logits, axis=1)[:, -2:]
        return best[:, 1] - best[:, 0]


def log_mel(samples: np.ndarray) -> np.ndarray:
    """[128, T] by the official extractor's NumPy path, which works in f64.

    Its torch path does the transform in f32 and is itself up to 2e-5 away from this one.
    """
    mel = WhisperFeatureExtractor(feature_size=128)._np_extract_fbank_features(samples[None], "cpu")[0]
    return np.asarray(mel, dtype=np.float32)


def log_mel_float32(samples: np.ndarray) -> np.ndarray:
    """[128, T] by the extractor's torch path, to see how much single precision moves a given recording."""
    mel = WhisperFeatureExtractor(feature_size=128)._torch_extract_fbank_features(samples[None])[0]
    return np.asarray(mel, dtype=np.float32)


def prompt(language: str | None, context: str) -> str:
    """The chat template of the published model: the system turn is always there and has no newline of its own."""
    text = (
        f"<|im_start|>system\n{context}<|im_end|>\n"
        "<|im_start|>user\n<|audio_start|><|audio_pad|><|audio_end|><|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    return text + (f"language {language}<asr_text>" if language else "")


def thinker(config: dict[str, Any], state: State) -> Qwen3ASRThinkerForConditionalGeneration:
    """The official module holding `state` (official keys, f32); every key must match."""
    parsed = Qwen3ASRConfig(**config).thinker_config
    for part in (parsed, parsed.audio_config, parsed.text_config):
        part._attn_implementation = "eager"
    with no_init_weights():
        model = Qwen3ASRThinkerForConditionalGeneration(parsed)
    model.load_state_dict(
        {key.removeprefix("thinker."): value.float() for key, value in state.items()}, strict=True, assign=True
    )
    return model.eval()


def apply_windows(tower: Qwen3ASRAudioEncoder) -> None:
    """Makes eager and sdpa attend inside windows as FlashAttention 2 does.

    qwen-asr 0.0.6 computes `cu_seqlens` and has `_prepare_attention_mask`, but its encoder calls the layers without
    the mask, so that outside FlashAttention the whole recording is one window. The published weights, vLLM and
    transformers 5 use windows of 104 tokens.
    """
    for layer in tower.layers:

        def masked(hidden: torch.Tensor, cu_seqlens: torch.Tensor, plain: Any = layer.forward) -> Any:
            return plain(hidden, cu_seqlens, attention_mask=tower._prepare_attention_mask(hidden, cu_seqlens))

        layer.forward = masked


class Attention:
    """Gathers what the decoder's layers attend to while they run, eagerly."""

    def __init__(self, layers: torch.nn.ModuleList) -> None:
        self.rows: list[list[torch.Tensor]] = [[] for _ in layers]
        self.hooks = [
            layer.self_attn.register_forward_hook(lambda _module, _given, out, rows=rows: rows.append(out[1][0]))
            for layer, rows in zip(layers, self.rows, strict=True)
        ]

    def onto(self, audio: torch.Tensor) -> np.ndarray:
        """That of the positions after the last of `audio` to these, which sums to one."""
        for hook in self.hooks:
            hook.remove()
        first = int(audio[-1]) + 1
        weights = torch.stack([torch.cat([part[..., audio] for part in rows], dim=1) for rows in self.rows])
        weights = weights[:, :, first:]
        return (weights / weights.sum(dim=-1, keepdim=True)).numpy()


class Oracle:
    """One loaded checkpoint, ready to run recordings."""

    def __init__(self, processor: Qwen3ASRProcessor, model: Qwen3ASRThinkerForConditionalGeneration) -> None:
        self.processor = processor
        self.model = model

    @torch.inference_mode()
    def run(self, samples: np.ndarray, language: str | None, context: str, new_tokens: int) -> Stages:
        mel = log_mel(samples)
        frames = torch.tensor([mel.shape[1]])
        tower = self.model.audio_tower
        plain = [layer.forward for layer in tower.layers]
        features = torch.from_numpy(mel)
        whole = tower(features, feature_lens=frames).last_hidden_state
        apply_windows(tower)
        encoder = tower(features, feature_lens=frames).last_hidden_state
        batch = self.processor(text=prompt(language, context), audio=samples, return_tensors="pt")
        places = int((batch["input_ids"] == self.model.config.audio_token_id).sum())
        if places != len(encoder):
            raise ValueError(f"{places} audio placeholders in the prompt for {len(encoder)} encoder rows")
        attention = Attention(self.model.model.layers)
        result = self.model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            input_features=features[None],
            feature_attention_mask=torch.ones(1, mel.shape[1], dtype=torch.long),
            max_new_tokens=new_tokens,
            do_sample=False,
            return_dict_in_generate=True,
            output_logits=True,
        )
        for layer, forward in zip(tower.layers, plain, strict=True):
            layer.forward = forward
        return Stages(
            mel=mel,
            encoder=encoder.numpy(),
            whole=whole.numpy(),
            input_ids=batch["input_ids"][0].numpy().astype(np.int32),
            step_logits=torch.cat(result.logits).float().numpy(),
            tokens=result.sequences[0, batch["input_ids"].shape[1] :].numpy().astype(np.int32),
            attention=attention.onto(torch.nonzero(batch["input_ids"][0] == self.model.config.audio_token_id)[:, 0]),
        )


def oracle(folder: Path, config: dict[str, Any], state: State) -> Oracle:
    """The tokenizer of `folder` with the given weights, which a quantized folder does not hold in official form."""
    return Oracle(Qwen3ASRProcessor.from_pretrained(folder), thinker(config, state))
