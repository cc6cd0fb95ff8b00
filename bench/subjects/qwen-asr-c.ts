import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { pcm16Wav } from "../../ts/testing/wav-writer.ts";
import { serve } from "./serve.ts";
import type { Clip } from "./subject.ts";

// bun run bench/subjects/qwen-asr-c.ts COMMAND FOLDER: antirez/qwen-asr by its own command, on all
// cores, a process for each clip: times are those from the open model on, and what it prints of
// its stages. It writes on until the model ends, which random weights do not, so that it is ended
// once it has printed as many bytes as tokens are wanted. A token is a byte: rows of the random
// embedding repeat after the first 256, whose tokens are the bytes, and the first of equals wins.

const [command, folder] = process.argv.slice(2) as [string, string];
const threads = availableParallelism();

async function run({ seconds, tokens }: Clip) {
  if (tokens === null) throw new Error("the model would not end: its weights are random");
  const scratch = await mkdtemp(join(tmpdir(), "bun-asr-bench-"));
  try {
    const clip = join(scratch, "clip.wav");
    await writeFile(clip, pcm16Wav(speech(Math.round(seconds * sampleRate))));
    // The language is told, so that every token is printed, and not those behind a mark.
    const options = ["-t", String(threads), "--language", "English", "--debug"];
    const started = performance.now();
    const child = Bun.spawn([command, "-d", folder, "-i", clip, ...options], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    let openMs = Number.NaN;
    let notes = "";
    const follow = async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        notes += text;
        if (Number.isNaN(openMs) && notes.includes("Model loaded.")) {
          openMs = performance.now() - started;
        }
      }
    };
    const following = follow();
    let written = 0;
    let endMs = Number.NaN;
    for await (const bytes of child.stdout) {
      written += bytes.length;
      if (written < tokens) continue;
      endMs = performance.now() - started;
      break;
    }
    child.kill("SIGKILL");
    await Promise.all([child.exited, following]);
    if (!(endMs > openMs)) throw new Error(notes.trim().split("\n").at(-1) || "it printed nothing");
    const totalMs = endMs - openMs;
    const ms = (stage: string) =>
      Number(new RegExp(`${stage}: .*\\((\\d+) ms\\)`).exec(notes)?.[1]);
    const [melMs, encodeMs, prefillMs] = [ms("Mel"), ms("Encoder"), ms("Prefill")];
    const decodeMs = totalMs - melMs - encodeMs - prefillMs;
    const peakRss = child.resourceUsage()!.maxRSS;
    return { totalMs, melMs, encodeMs, prefillMs, decodeMs, tokens, rss: peakRss, peakRss };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

await serve(() => ({ openMs: 0, about: { threads }, run }));
