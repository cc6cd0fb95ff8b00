"""Greedy transcription with the torch model: what evaluation and the training log use."""
import torch
from torch import Tensor

from bpe import Tokenizer
from model import IDS, Qwen3ASR

LONGEST = 80


@torch.no_grad()
def transcribe(model: Qwen3ASR, tokenizer: Tokenizer, mel: Tensor) -> str:
    """Scaled log-mel [T, 128] → the raw answer, `language English<asr_text>…`."""
    audio = model.audio_tower([mel])
    ids = tokenizer.prompt(len(audio[0]))
    start = len(ids)
    while len(ids) - start < LONGEST:
        state = model.hidden(torch.tensor([ids]), audio)[0, -1]
        best = int(model.logits(state).argmax())
        if best in (IDS["<|im_end|>"], IDS["<|endoftext|>"]):
            break
        ids.append(best)
    return tokenizer.decode(ids[start:])


def text_of(answer: str) -> str:
    """What was said; empty when the model heard no speech."""
    return answer.split("<asr_text>", 1)[1].strip() if "<asr_text>" in answer else answer
