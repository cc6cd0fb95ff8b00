import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { pcm16Wav } from "../../ts/testing/wav-writer.ts";
import { serve } from "./serve.ts";
import type { Clip } from "./subject.ts";

// bun run bench/subjects/whisper-cli.ts COMMAND MODEL: whisper.cpp's own command, greedily and
// without timestamps, on all cores; the times are those that it prints, less the loading.

const [command, model] = process.argv.slice(2) as [string, string];
const threads = String(availableParallelism());

async function run({ seconds }: Clip) {
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-bench-"));
  try {
    const clip = join(folder, "clip.wav");
    await writeFile(clip, pcm16Wav(speech(Math.round(seconds * sampleRate))));
    const greedy = ["-bs", "1", "-bo", "1", "-nt", "-l", "en"];
    const child = Bun.spawn([command, "-m", model, "-f", clip, "-t", threads, ...greedy], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [text, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    if ((await child.exited) !== 0) throw new Error(notes.trim().split("\n").at(-1));
    const peakRss = child.resourceUsage()!.maxRSS;
    return { ...timesIn(notes), text: text.trim(), rss: peakRss, peakRss };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What whisper.cpp prints as `encode time = 9.25 ms / 1 runs`. */
function timesIn(notes: string) {
  const found = (name: string) =>
    new RegExp(`${name} time = +([\\d.]+) ms(?: / +(\\d+))?`).exec(notes);
  const ms = (name: string) => Number(found(name)?.[1] ?? 0);
  const runs = (name: string) => Number(found(name)?.[2] ?? 0);
  return {
    totalMs: ms("total") - ms("load"),
    melMs: ms("mel"),
    encodeMs: ms("encode"),
    prefillMs: ms("prompt"),
    decodeMs: ms("decode") + ms("batchd") + ms("sample"),
    tokens: runs("decode") + runs("batchd"),
  };
}

await serve(() => ({ openMs: 0, about: { threads: Number(threads) }, run }));
