import { dlopen, toArrayBuffer } from "bun:ffi";
import { availableParallelism } from "node:os";
import { crispasrWheel } from "../../tools/pins.ts";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { fixedPrompt } from "./prompt.ts";
import { serve } from "./serve.ts";
import type { Clip } from "./subject.ts";

// bun run bench/subjects/crispasr.ts LIBRARY MODEL PAD: CrispASR by its stages, greedily, on all
// cores: the same calls as its session makes, which ends by itself. PAD is the id of audio.

const [libraryPath, modelPath, pad] = process.argv.slice(2) as [string, string, string];
const threads = availableParallelism();

const { symbols: crispasr } = dlopen(libraryPath, {
  // struct qwen3_asr_context *qwen3_asr_init_from_file(const char *path,
  //   struct { int n_threads; int verbosity; bool use_gpu; bool flash_attn; } params);
  // Structures of up to 16 bytes are passed as two registers on x86-64 and arm64.
  qwen3_asr_init_from_file: { args: ["cstring", "u64", "u64"], returns: "ptr" },
  // float *qwen3_asr_compute_mel(ctx, const float *samples, int n, int *mels, int *frames);
  qwen3_asr_compute_mel: { args: ["ptr", "buffer", "i32", "buffer", "buffer"], returns: "ptr" },
  // float *qwen3_asr_run_encoder(ctx, const float *mel, int mels, int frames, int *n, int *width);
  qwen3_asr_run_encoder: {
    args: ["ptr", "ptr", "i32", "i32", "buffer", "buffer"],
    returns: "ptr",
  },
  // float *qwen3_asr_embed_tokens(ctx, const int32_t *ids, int n);
  qwen3_asr_embed_tokens: { args: ["ptr", "buffer", "i32"], returns: "ptr" },
  // bool qwen3_asr_kv_init(ctx, int max); void qwen3_asr_kv_reset(ctx);
  qwen3_asr_kv_init: { args: ["ptr", "i32"], returns: "bool" },
  qwen3_asr_kv_reset: { args: ["ptr"], returns: "void" },
  // float *qwen3_asr_run_llm_kv(ctx, const float *embeds, int n, int past, int *rows, int *vocab);
  qwen3_asr_run_llm_kv: {
    args: ["ptr", "ptr", "i32", "i32", "buffer", "buffer"],
    returns: "ptr",
  },
});
const { symbols: system } = dlopen(process.platform === "darwin" ? "libc.dylib" : "libc.so.6", {
  free: { args: ["ptr"], returns: "void" },
});

/** What it makes room for by default. */
const cachePositions = 4096;

type Pointer = NonNullable<ReturnType<typeof crispasr.qwen3_asr_init_from_file>>;

await serve(() => {
  const started = performance.now();
  const flashAttention = 1n << 8n;
  const context = crispasr.qwen3_asr_init_from_file(modelPath, BigInt(threads), flashAttention);
  if (context === null) throw new Error(`${modelPath}: CrispASR does not open it`);
  if (!crispasr.qwen3_asr_kv_init(context, cachePositions))
    throw new Error("no room for the cache");
  const openMs = performance.now() - started;
  return {
    openMs,
    about: { version: crispasrWheel.version, threads },
    run: (clip) => transcribe(context, clip),
  };
});

function transcribe(context: Pointer, { seconds, tokens }: Clip) {
  if (tokens === null) throw new Error("the model would not end: its weights are random");
  const samples = speech(Math.round(seconds * sampleRate));
  const times = [performance.now()];
  const lap = () => times.push(performance.now());
  const [mels, frames, count, width] = [0, 0, 0, 0].map((n) => Int32Array.of(n)) as Numbers;
  const mel = given(
    crispasr.qwen3_asr_compute_mel(context, samples, samples.length, mels, frames),
    "the mel",
  );
  lap();
  const audio = given(
    crispasr.qwen3_asr_run_encoder(context, mel, mels[0]!, frames[0]!, count, width),
    "the encoder",
  );
  system.free(mel);
  lap();
  const { ids, start } = fixedPrompt(count[0]!, Number(pad));
  const prompt = embedded(context, ids);
  const bytes = 4 * width[0]!;
  const target = new Uint8Array(toArrayBuffer(prompt, start * bytes, count[0]! * bytes));
  target.set(new Uint8Array(toArrayBuffer(audio, 0, count[0]! * bytes)));
  system.free(audio);
  crispasr.qwen3_asr_kv_reset(context);
  let token = fed(context, prompt, ids.length, 0);
  lap();
  for (let written = 0; written < tokens; written++) {
    token = fed(context, embedded(context, Int32Array.of(token)), 1, ids.length + written);
  }
  lap();
  const [melMs, encodeMs, prefillMs, decodeMs] = times.slice(1).map((at, i) => at - times[i]!);
  return {
    totalMs: times.at(-1)! - times[0]!,
    tokens,
    melMs: melMs!,
    encodeMs: encodeMs!,
    prefillMs: prefillMs!,
    decodeMs: decodeMs!,
  };
}

type Numbers = [Int32Array, Int32Array, Int32Array, Int32Array];

function embedded(context: Pointer, ids: Int32Array): Pointer {
  return given(crispasr.qwen3_asr_embed_tokens(context, ids, ids.length), "the embedding");
}

/** Feeds embeddings after `past` others and frees them; the likeliest token that follows. */
function fed(context: Pointer, embeddings: Pointer, length: number, past: number): number {
  const [rows, vocabulary] = [Int32Array.of(0), Int32Array.of(0)];
  const logits = given(
    crispasr.qwen3_asr_run_llm_kv(context, embeddings, length, past, rows!, vocabulary!),
    "the decoder",
  );
  system.free(embeddings);
  const size = 4 * vocabulary![0]!;
  const row = new Float32Array(toArrayBuffer(logits, (rows![0]! - 1) * size, size));
  let best = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[best]!) best = id;
  system.free(logits);
  return best;
}

function given(pointer: Pointer | null, call: string): Pointer {
  if (pointer === null) throw new Error(`${call} of CrispASR gave nothing`);
  return pointer;
}
