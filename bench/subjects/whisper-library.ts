import { dlopen, toArrayBuffer } from "bun:ffi";
import { availableParallelism } from "node:os";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { serve } from "./serve.ts";
import type { Clip } from "./subject.ts";

// bun run bench/subjects/whisper-library.ts LIBRARY MODEL: whisper.cpp by its stages, greedily and
// without timestamps, on all cores. `whisper_full` takes a large struct by value, which bun:ffi
// cannot pass; it makes the same calls.

const [libraryPath, modelPath] = process.argv.slice(2) as [string, string];
const threads = availableParallelism();

const { symbols: whisper } = dlopen(libraryPath, {
  // const char *whisper_version(void);
  whisper_version: { args: [], returns: "cstring" },
  // const char *whisper_print_system_info(void);
  whisper_print_system_info: { args: [], returns: "cstring" },
  // struct whisper_context *whisper_init_from_file(const char *path_model);
  whisper_init_from_file: { args: ["cstring"], returns: "ptr" },
  // int whisper_pcm_to_mel(struct whisper_context *, const float *samples, int n, int threads);
  whisper_pcm_to_mel: { args: ["ptr", "buffer", "i32", "i32"], returns: "i32" },
  // int whisper_encode(struct whisper_context *, int offset, int threads);
  whisper_encode: { args: ["ptr", "i32", "i32"], returns: "i32" },
  // int whisper_decode(struct whisper_context *, const int *tokens, int n, int past, int threads);
  whisper_decode: { args: ["ptr", "buffer", "i32", "i32", "i32"], returns: "i32" },
  // float *whisper_get_logits(struct whisper_context *);
  whisper_get_logits: { args: ["ptr"], returns: "ptr" },
  // int whisper_n_vocab(struct whisper_context *), and the other numbers of a context;
  whisper_n_vocab: { args: ["ptr"], returns: "i32" },
  whisper_n_text_ctx: { args: ["ptr"], returns: "i32" },
  whisper_token_eot: { args: ["ptr"], returns: "i32" },
  whisper_token_sot: { args: ["ptr"], returns: "i32" },
  whisper_token_transcribe: { args: ["ptr"], returns: "i32" },
  whisper_token_not: { args: ["ptr"], returns: "i32" },
  // int whisper_token_lang(struct whisper_context *, int language);
  whisper_token_lang: { args: ["ptr", "i32"], returns: "i32" },
  // const char *whisper_token_to_str(struct whisper_context *, int token);
  whisper_token_to_str: { args: ["ptr", "i32"], returns: "cstring" },
});

const english = 0;

type Context = NonNullable<ReturnType<typeof whisper.whisper_init_from_file>>;

await serve(() => {
  const started = performance.now();
  const context = whisper.whisper_init_from_file(modelPath);
  if (context === null) throw new Error(`${modelPath}: whisper.cpp does not open it`);
  const openMs = performance.now() - started;
  const version = whisper.whisper_version() ?? "unknown";
  const system = whisper.whisper_print_system_info() ?? "unknown";
  return { openMs, about: { version, system, threads }, run: (clip) => transcribe(context, clip) };
});

function transcribe(context: Context, { seconds, tokens: wanted }: Clip) {
  const samples = speech(Math.round(seconds * sampleRate));
  const times = [performance.now()];
  const lap = () => times.push(performance.now());
  succeed(whisper.whisper_pcm_to_mel(context, samples, samples.length, threads), "the mel");
  lap();
  succeed(whisper.whisper_encode(context, 0, threads), "the encoder");
  lap();
  const prompt = Int32Array.of(
    whisper.whisper_token_sot(context),
    whisper.whisper_token_lang(context, english),
    whisper.whisper_token_transcribe(context),
    whisper.whisper_token_not(context),
  );
  let token = decoded(context, prompt, 0);
  lap();
  const end = whisper.whisper_token_eot(context);
  const room = whisper.whisper_n_text_ctx(context) - prompt.length;
  const ids: number[] = [];
  while (ids.length < Math.min(wanted ?? room, room) && (wanted !== null || token !== end)) {
    ids.push(token);
    token = decoded(context, Int32Array.of(token), prompt.length + ids.length - 1);
  }
  lap();
  const [melMs, encodeMs, prefillMs, decodeMs] = times.slice(1).map((at, i) => at - times[i]!);
  return {
    totalMs: times.at(-1)! - times[0]!,
    tokens: ids.length,
    melMs: melMs!,
    encodeMs: encodeMs!,
    prefillMs: prefillMs!,
    decodeMs: decodeMs!,
    ...(wanted === null ? { text: textOf(context, ids) } : {}),
  };
}

/** Feeds ids after `past` others; the likeliest token that follows. */
function decoded(context: Context, ids: Int32Array, past: number): number {
  succeed(whisper.whisper_decode(context, ids, ids.length, past, threads), "the decoder");
  const logits = whisper.whisper_get_logits(context);
  if (logits === null) throw new Error("whisper.cpp gave no logits");
  const size = 4 * whisper.whisper_n_vocab(context);
  // One row for each id, of which only the last is filled.
  const row = new Float32Array(toArrayBuffer(logits, (ids.length - 1) * size, size));
  let best = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[best]!) best = id;
  return best;
}

function succeed(status: number, call: string): void {
  if (status !== 0) throw new Error(`${call} of whisper.cpp returned ${status}`);
}

function textOf(context: Context, ids: readonly number[]): string {
  return ids
    .map((id) => whisper.whisper_token_to_str(context, id) ?? "")
    .join("")
    .trim();
}
