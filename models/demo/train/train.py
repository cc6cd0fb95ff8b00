"""Trains the model for a given number of minutes; can be stopped and started again from its checkpoint.

Loss, two parts:
- the decoder's cross entropy on the answer;
- the encoder's output, read with the decoder's own embedding, names the token of each moment: known for strung single
  words, aligned by the model itself (align.py) for sentences. So the encoder writes in a language that the decoder only
  needs to copy. Without this, 1200 steps on sentences (with CTC) taught the encoder nothing.

Matrices are trained by Muon, whose steps are as large as AdamW's (Moonlight's rule), everything else by AdamW. Each worker
steps a share of the matrices, for the turning of a gradient into an orthogonal matrix costs a quarter of its time.
"""
import argparse
import json
import math
import os
import random
import signal
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn

import grammar
from align import align
from bpe import Tokenizer, learn
from checkpoint import read
from evaluate import read_pcm
from examples import BLANK, IGNORED, Batch, Cache, Examples, padded
from grow import deepen
from mel import log_power, scaled
from model import Qwen3ASR, Shape
from rounding import computed_with
from transcribe import text_of, transcribe
from wer import counted, interval

MUON = 1.5
"""Learning rate of the matrices, as a multiple of the others'."""
LESSONS = 0.4
"""Part of the training that a model to go on from has behind it: the easy examples."""


def learn_tokenizer(seed: int = 5) -> Tokenizer:
    rng = random.Random(seed)
    texts = [grammar.sentence(rng) for _ in range(20000)]
    texts += [" ".join(grammar.words()), " ".join(word.capitalize() for word in grammar.words())] * 3
    texts += ["system\n", "user\n", "assistant\n", "language English", "language None"] * 2000
    return Tokenizer(*learn(texts))


def losses(model: Qwen3ASR, batch: Batch) -> tuple[Tensor, Tensor]:
    audio = model.audio_tower(batch.mels)
    states = model.hidden(batch.ids, audio)[:, :-1]
    wanted = batch.labels[:, 1:]
    chosen = wanted != IGNORED
    answer = F.cross_entropy(model.logits(states[chosen]), wanted[chosen], label_smoothing=0.05)
    named = model.logits(nn.utils.rnn.pad_sequence(audio, batch_first=True))
    opinion = named.detach().log_softmax(-1).numpy()
    guides = [guide or align(opinion[number, :len(row)], sentences, BLANK)
              for number, (guide, row, sentences) in enumerate(zip(batch.guides, audio, batch.sentences, strict=True))]
    moments = F.cross_entropy(named.flatten(0, 1), padded(guides, IGNORED).flatten(), ignore_index=IGNORED)
    return answer, moments


def pace(part: float, step: int, peak: float) -> float:
    """Learning rate: warm-up, constant for 55 % of the time, cosine to nothing."""
    decay = 0.5 * (1 + math.cos(math.pi * min(1, max(0, (part - 0.55) / 0.45))))
    return peak * min(1, (step + 1) / 150) * max(0.01, decay)


def watched(manifests: list[Path]) -> dict[str, list[tuple[Tensor, dict[str, str]]]]:
    """Clips that the log tells the error rate of: of make_clips.py with another seed than the final tests."""
    return {manifest.parent.name: [(torch.from_numpy(scaled(log_power(read_pcm(manifest.parent / clip["path"])))), clip)
                                   for clip in map(json.loads, manifest.read_text().splitlines())] for manifest in manifests}


def averaged(weights: list[nn.Parameter], said: list[float], workers: int) -> list[float]:
    """Averages the gradients of all workers in place; sums what they say beside."""
    flat = torch.cat([weight.grad.flatten() for weight in weights] + [torch.tensor(said)])
    distributed.all_reduce(flat)
    nn.utils.vector_to_parameters(flat[:-len(said)] / workers, [weight.grad for weight in weights])
    return flat[-len(said):].tolist()


def exchange(matrices: list[nn.Parameter], rank: int, workers: int) -> None:
    """Gives all workers the matrices that each of them has stepped: every so many, from its rank on."""
    flat = torch.cat([weight.detach().flatten() * (number % workers == rank) for number, weight in enumerate(matrices)])
    distributed.all_reduce(flat)
    nn.utils.vector_to_parameters(flat, matrices)


def work(rank: int, options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    distributed.init_process_group("gloo", rank=rank, world_size=options.workers)
    tokenizer = Tokenizer.read(options.out)
    model = read(options.start).train() if options.start else Qwen3ASR(Shape())
    deepen(model, options.layers)
    weights = list(model.parameters())
    embedding = model.model.embed_tokens.weight
    matrices = [weight for weight in weights if weight.dim() == 2 and weight is not embedding]
    coarse = [weight for weight in model.model.parameters() if weight.dim() == 2] if options.decoder_bits else []
    optimizer = torch.optim.AdamW([{"params": [w for w in weights if w.dim() > 2 or w is embedding], "weight_decay": 0.02},
                                   {"params": [w for w in weights if w.dim() <= 1], "weight_decay": 0.0}],
                                  betas=(0.9, 0.98), fused=True)
    muon = torch.optim.Muon(matrices[rank::options.workers], weight_decay=0.02, adjust_lr_fn="match_rms_adamw")  # its momentum is not in checkpoints: soon found again
    step, elapsed, clips = 0, 0.0, 0
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, elapsed, clips = saved["step"], saved["elapsed"], saved["clips"]

    def save() -> None:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                    "shape": model.shape.to_dict(), "step": step, "elapsed": elapsed, "clips": clips}, checkpoint.with_suffix(".new"))
        checkpoint.with_suffix(".new").replace(checkpoint)

    cache = Cache(options.data)
    examples = Examples(cache, tokenizer, options.seed + 1000 * rank + step)
    tests = watched(options.watch) if rank == 0 else {}
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stops.append(number))
    last, shown, sums = time.monotonic(), elapsed, [0.0, 0.0]
    for batch in examples.batches(options.frames):
        part = elapsed / (60 * options.minutes)
        if options.start:
            part = LESSONS + (1 - LESSONS) * part
        examples.settle(part)
        for group in optimizer.param_groups:
            group["lr"] = pace(part, step, options.peak)
        for group in muon.param_groups:
            group["lr"] = MUON * pace(part, step, options.peak)
        with computed_with(coarse, options.decoder_bits):
            answer, moments = losses(model, batch)
            (answer + moments).backward()
        now = time.monotonic()
        passed, stop, trained, *loss = averaged(
            weights, [now - last if rank == 0 else 0.0, float(bool(stops)), float(len(batch.mels)), answer.item(), moments.item()], options.workers)
        last = now
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        muon.step()
        exchange(matrices, rank, options.workers)
        model.zero_grad()
        step, elapsed, clips = step + 1, elapsed + passed, clips + int(trained)
        sums = [total + value / options.workers / 100 for total, value in zip(sums, loss, strict=True)]
        if stop or elapsed >= 60 * options.minutes:
            break
        if rank == 0 and step % 100 == 0:
            print(f"step {step}, {clips} clips ({cache.look()} different), {elapsed / 60:.1f} min, "
                  f"{options.minutes - elapsed / 60:.1f} left, answer {sums[0]:.3f} moments {sums[1]:.3f} "
                  f"lr {pace(part, step, options.peak):.5f}", flush=True)
            sums = [0.0, 0.0]
        if rank == 0 and elapsed - shown > 600:
            shown = elapsed
            save()
            with computed_with(coarse, options.decoder_bits):
                heard = {name: [counted(clip, text_of(transcribe(model, tokenizer, mel))) for mel, clip in clips] for name, clips in tests.items()}
            print("  WER:", ", ".join(f"{name} {interval(pairs)[0]:.1f}" for name, pairs in heard.items()), flush=True)
            last = time.monotonic()
    if rank == 0:
        save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="cache folder of make_data.py")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint.pt and the tokenizer")
    parser.add_argument("--start", type=Path, help="folder of a model to go on from, when there is no checkpoint")
    parser.add_argument("--watch", type=Path, nargs="*", default=[], help="manifests whose error rates the log tells")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2, help="processes, one thread each, that average their gradients")
    parser.add_argument("--port", type=int, default=29517, help="of 127.0.0.1, where the workers meet")
    parser.add_argument("--layers", type=int, default=0, help="of the encoder; those that the start lacks begin as nothing")
    parser.add_argument("--frames", type=int, default=5000, help="mel frames in the batch of one worker")
    parser.add_argument("--peak", type=float, default=1e-3)
    parser.add_argument("--decoder-bits", type=int, help="compute with the decoder's weights as export.py will round them: for the last part of a training")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if not (options.out / "vocab.json").exists():
        (Tokenizer.read(options.start) if options.start else learn_tokenizer()).write(options.out)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(options.port), "OPENBLAS_NUM_THREADS": "1"}
    torch.multiprocessing.spawn(work, (options,), options.workers)


if __name__ == "__main__":
    main()
