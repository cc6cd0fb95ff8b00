"""The official forced aligner in f32: its words, its prompt, the logits of its slots, and how it repairs times."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from qwen_asr.core.transformers_backend.processing_qwen3_asr import Qwen3ASRProcessor
from qwen_asr.inference.qwen3_forced_aligner import Qwen3ForceAlignProcessor

import sounds
from aligner_files import write_case
from aligner_texts import AlignerCase
from official import apply_windows, log_mel, thinker
from shapes import SEGMENT_MS
from weights import State

SPEECH = Path(__file__).resolve().parent / "speech.wav"


class AlignerOracle:
    """An aligner with the tokenizer of `folder`, ready to align."""

    def __init__(self, folder: Path, description: dict[str, Any], state: State) -> None:
        self.words = Qwen3ForceAlignProcessor()
        self.processor = Qwen3ASRProcessor.from_pretrained(folder)
        self.slot_id = description["timestamp_token_id"]
        self.model = thinker(description, state)
        apply_windows(self.model.audio_tower)

    def repaired(self, classes: np.ndarray) -> list[int]:
        # As `align` has it: the product of a tensor and a float is one of f32.
        return self.words.fix_timestamp((torch.from_numpy(classes) * float(SEGMENT_MS)).numpy())

    @torch.inference_mode()
    def slots(self, samples: np.ndarray, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Prompt ids and the logits [slots, classes] of a text that has its slots already."""
        mel = log_mel(samples)
        batch = self.processor(text=text, audio=samples, return_tensors="pt")
        logits = self.model(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            input_features=torch.from_numpy(mel)[None],
            feature_attention_mask=torch.ones(1, mel.shape[1], dtype=torch.long),
        ).logits[0]
        ids = batch["input_ids"][0]
        return ids.numpy(), logits[ids == self.slot_id].float().numpy()

    def write(self, folder: Path, case: AlignerCase) -> dict[str, Any]:
        """Stores a case and returns its manifest entry."""
        words, text = self.words.encode_timestamp(case.text, case.language)
        ids, logits = self.slots(sounds.prefix(SPEECH, case.samples), text)
        return write_case(folder, case, words, ids, logits, self.repaired)
