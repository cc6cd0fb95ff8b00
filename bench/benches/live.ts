import { Asr } from "../../ts/asr.ts";
import { readFlags } from "../../ts/cli/flags/flags.ts";
import { optionFlags } from "../../ts/cli/flags/option-flags.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Transcript } from "../../ts/contract/transcript.ts";
import { readManifest } from "../../ts/wer/references.ts";
import { score } from "../../ts/wer/score.ts";

// Live against offline transcription of recordings as bench/benches/recordings.ts joins them: word
// error rates, and what the first and the last third of a stream cost.

/** What is read along a stream, at each tenth of it. */
interface Reading {
  /** Processor time of this process so far, in ms. */
  cpu: number;
  /** In MiB. */
  resident: number;
}

interface LiveRun {
  transcript: Transcript;
  readings: Reading[];
  /** How late timers of the caller's thread were, in ms, in order. */
  lateness: number[];
}

type Settings = Parameters<Asr["stream"]>[1];

async function heardLive(
  asr: Asr,
  { path, duration }: { path: string; duration: number },
  settings: Settings,
): Promise<LiveRun> {
  const readings: Reading[] = [];
  const lateness: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    lateness.push(now - last - 1);
    last = now;
  }, 1);
  const onProgress = ({ done }: { done: number }) => {
    const { user, system } = process.cpuUsage();
    const resident = process.memoryUsage.rss() / 2 ** 20;
    readings[Math.floor((10 * done) / duration)] = { cpu: (user + system) / 1000, resident };
  };
  // The samples behind the header, as a microphone gives them.
  const input = { stream: Bun.file(path).slice(44).stream(), sampleRate: 16_000 };
  let transcript: Transcript | undefined;
  try {
    for await (const event of asr.stream(input, { ...settings, onProgress })) {
      if (event.type === "finish") transcript = event.transcript;
    }
  } finally {
    clearInterval(timer);
  }
  if (transcript === undefined) throw new AsrError("native", `${path}: the stream has no end`);
  return { transcript, readings, lateness: lateness.sort((a, b) => a - b) };
}

function errorRate(reference: string, { text }: Transcript): string {
  const { words } = score(reference, text, "English", "words");
  const { hits = 0, substitutions = 0, deletions = 0, insertions = 0 } = words ?? {};
  const errors = substitutions + deletions + insertions;
  return ((100 * errors) / (hits + substitutions + deletions)).toFixed(2);
}

function reportOf({ readings, lateness }: LiveRun): string {
  const at = (index: number) => readings[index]?.cpu ?? Number.NaN;
  // The first tenth has the start of the program in it.
  const growth = (at(9) - at(6)) / (at(3) - at(0));
  const resident = readings.map((reading) => reading.resident.toFixed(0)).join(" ");
  const late = (part: number) => lateness[Math.floor((lateness.length - 1) * part)]?.toFixed(1);
  return (
    `processor time of the last third over the first: ${growth.toFixed(3)}\n` +
    `resident MiB at each tenth: ${resident}\n` +
    `timers late: median ${late(0.5)} ms, 99 % ${late(0.99)} ms\n`
  );
}

if (import.meta.main) {
  const flags = {
    Options: {
      ...optionFlags("model", "chunkSeconds", "pauseSeconds", "stepSeconds"),
      recordings: { value: "FILE", help: "a manifest of recordings" },
    },
  };
  const { given } = readFlags(process.argv.slice(2), flags);
  const recordings = given.text("recordings");
  const usage =
    "bun bench/benches/live.ts --recordings FILE.jsonl [--model MODEL] [--chunk-seconds N] …";
  if (recordings === undefined) throw new AsrError("usage", usage);
  const cutting = {
    chunkSeconds: given.value("chunk-seconds"),
    pauseSeconds: given.value("pause-seconds"),
  };
  const stepSeconds = given.value("step-seconds");
  await using asr = await Asr.load(given.text("model") ?? "demo");
  for (const { name, path, text } of await readManifest(recordings)) {
    const offline = await asr.transcribe(path, cutting);
    const { duration } = offline;
    const live = await heardLive(asr, { path, duration }, { ...cutting, stepSeconds });
    process.stdout.write(
      `${name}, ${duration.toFixed(0)} s: WER ${errorRate(text, live.transcript)} % live, ` +
        `${errorRate(text, offline)} % offline; ` +
        `RTF ${live.transcript.rtf.toFixed(4)} live, ${offline.rtf.toFixed(4)} offline\n` +
        reportOf(live),
    );
  }
}
