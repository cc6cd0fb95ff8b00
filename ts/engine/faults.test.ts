import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "../audio/ffmpeg/program.ts";
import type { AudioInput } from "../audio/input.ts";
import { openAudio } from "../audio/open.ts";
import type { AsrError } from "../contract/errors.ts";
import type { CheckedSettings } from "../contract/options.ts";
import type { Transcript } from "../contract/transcript.ts";
import { demoModel, demoSample, modelFolder } from "../native/locate.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder, speech } from "../testing/goldens.ts";
import { collect, demoSpeech, sessionsOf, withPauses } from "../testing/live.ts";
import { pcm16Wav } from "../testing/wav-writer.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { Engine } from "./decode/engine.ts";
import { recordingOptions } from "./recording/options.ts";
import { streamRecording, transcribeRecording } from "./recording/transcribe.ts";

let folder = "";
let engine: Engine;
let long: Float32Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-faults-"));
  engine = await Engine.open(modelFolder(demoModel));
  await findFfmpeg();
  const sample = await demoSpeech();
  long = withPauses(new Array(12).fill(sample), ...new Array(12).fill(1));
}, 300_000);
afterAll(() => {
  engine[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

async function transcribe(
  input: AudioInput,
  settings: CheckedSettings = {},
  onFinal?: () => void,
): Promise<Transcript> {
  const options = recordingOptions(engine, { chunkSeconds: 6, ...settings });
  const events = streamRecording(engine, () => openAudio(input), options);
  const { transcript } = await collect(events, { onFinal });
  return transcript!;
}

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The text of the first chunks, which an error must not lose. */
function expectPartial({ partial }: AsrError): void {
  expect(partial).toMatchObject({ truncated: true });
  expect(partial?.text).toStartWith("Turn on the light in the kitchen.");
  expect(partial?.chunks.length).toBeGreaterThan(0);
}

describe("a file that changes while it is read", () => {
  test("by becoming shorter is told, and keeps what was heard", async () => {
    const path = file("shrinking.wav", pcm16Wav(long));
    const onFinal = () => truncateSync(path, 44 + 2 * 16_000 * 20);
    const call = () => transcribe(path, {}, onFinal);
    expectPartial(await expectAsrError(call, "input", path, "became shorter"));
  });

  test("by disappearing is heard to its end", async () => {
    const path = file("vanishing.wav", pcm16Wav(long));
    const onFinal = () => rmSync(path, { force: true });
    const { duration, truncated } = await transcribe(path, {}, onFinal);
    expect({ duration, truncated }).toEqual({ duration: long.length / 16_000, truncated: false });
  });

  test("by growing is what it was at the start", async () => {
    const path = file("growing.wav", pcm16Wav(long));
    const before = await transcribe(path);
    const onFinal = () => appendFileSync(path, new Uint8Array(32_000));
    const { text, duration, warnings } = await transcribe(path, {}, onFinal);
    expect({ text, duration }).toEqual({ text: before.text, duration: before.duration });
    expect(warnings).toEqual(["it was written to while it was read"]);
  });
});

describe("ffmpeg", () => {
  const own = process.env["FFMPEG"];
  afterEach(() => {
    if (own === undefined) delete process.env["FFMPEG"];
    else process.env["FFMPEG"] = own;
  });

  test.each(["mp3", "flac"])("killed midway in a %s is told, with what was heard", async (kind) => {
    const program = await findFfmpeg();
    const path = join(folder, `long.${kind}`);
    const command = [program, "-v", "error", "-i", file("long.wav", pcm16Wav(long)), path];
    expect(Bun.spawnSync(command).exitCode).toBe(0);
    const seconds = 30;
    const script = `#!/bin/sh\n"${program}" "$@" | head -c ${seconds * 16_000 * 4}\nkill -9 $$\n`;
    process.env["FFMPEG"] = file("ffmpeg-dies", script);
    chmodSync(process.env["FFMPEG"], 0o755);
    const error = await expectAsrError(() => transcribe(path), "input", path, "by SIGKILL");
    expectPartial(error);
    expect(error.partial?.chunks.at(-1)?.end).toBeLessThanOrEqual(seconds);
    expect(error.partial?.chunks.at(-1)?.end).toBeGreaterThan(seconds - 12);
  });
});

describe("silence and noise", () => {
  test("two minutes of zeros are no words and hardly any work", async () => {
    const sessions = sessionsOf(engine);
    const seconds = 120;
    const path = file("silence.wav", pcm16Wav(new Float32Array(seconds * 16_000)));
    const { text, duration, usage, truncated } = await transcribe(path);
    expect({ text, duration, truncated }).toEqual({
      text: "",
      duration: seconds,
      truncated: false,
    });
    expect(usage.totalTokens).toBe(0);
    expect(sessions).toEqual([]);
  });

  test("noise has bounded text, whatever the model makes of it", async () => {
    const random = seededRandom(7);
    const samples = Float32Array.from({ length: 60 * 16_000 }, () => (2 * random() - 1) * 0.3);
    const { usage, chunks } = await transcribe({ samples, sampleRate: 16_000 });
    // Each part may be written up to three times: at once, in halves, and with penalties.
    for (const { start, end, tokens } of chunks) {
      expect(tokens).toBeLessThanOrEqual(3 * (64 + 16 * (end - start)) + 3 * 64);
    }
    expect(usage.outputTokens).toBeLessThan(60 * 100);
  });
});

describe("what does not fit", () => {
  test("a prompt of a megabyte is refused with the numbers", async () => {
    const started = performance.now();
    const call = () =>
      transcribe("models/demo/sample.wav", { prompt: "hello there. ".repeat(8e4) });
    const { maxPositions } = engine.model.info;
    await expectAsrError(call, "usage", "the prompt needs", "positions", String(maxPositions));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("10,000 keywords are heard, one more is refused", async () => {
    const words = Array.from({ length: 10_000 }, (_, i) => `word${(i * 7919).toString(36)}`);
    const { text } = await transcribe("models/demo/sample.wav", { keywords: words });
    expect(text).toContain("kitchen");
    const call = () => transcribe("models/demo/sample.wav", { keywords: [...words, "more"] });
    await expectAsrError(call, "usage", "10001 keywords");
  });
});

test("100 aborts leave no session open, and the next call is right", async () => {
  using small = await Engine.open(join(goldensFolder, "small-q4"));
  const sessions = sessionsOf(small);
  const input = { samples: speech(16_000 * 4), sampleRate: 16_000 };
  const options = recordingOptions(small, { language: "English", maxTokens: 8, chunkSeconds: 1 });
  const run = (signal?: AbortSignal) =>
    transcribeRecording(small, () => openAudio(input), options, { signal });
  // The first run is slower than those that are aborted.
  await run();
  const started = performance.now();
  const whole = await run();
  const length = performance.now() - started;
  const random = seededRandom(1);
  let stopped = 0;
  for (let trial = 0; trial < 100; trial++) {
    const controller = new AbortController();
    setTimeout(() => controller.abort("stop"), random() * length);
    const [outcome] = await Promise.allSettled([run(controller.signal)]);
    if (outcome.status === "fulfilled") expect(outcome.value.text).toBe(whole.text);
    else stopped++;
    expect(sessions.every(({ closed }) => closed)).toBe(true);
    sessions.length = 0;
  }
  expect(stopped).toBeGreaterThan(20);
  expect((await run()).text).toBe(whole.text);
});

test("a long recording does not keep short ones waiting", async () => {
  using small = await Engine.open(join(goldensFolder, "small-q4"));
  const options = recordingOptions(small, { language: "English", maxTokens: 20, chunkSeconds: 2 });
  const run = (seconds: number, onFinal?: () => void) => {
    const input = { samples: speech(16_000 * seconds), sampleRate: 16_000 };
    const events = streamRecording(small, () => openAudio(input), options);
    return collect(events, { onFinal });
  };
  let done = 0;
  const clips: Promise<number>[] = [];
  const { transcript } = await run(120, () => {
    done++;
    if (clips.length > 0) return;
    for (let i = 0; i < 5; i++) clips.push(run(2).then(() => done));
  });
  expect(transcript!.chunks.length).toBeGreaterThan(50);
  // The places that were taken when they came, and one turn for each of them.
  for (const doneThen of await Promise.all(clips)) expect(doneThen).toBeLessThan(30);
});

test("a damaged file is heard as far as it can be, and told of", async () => {
  const flac = join(folder, "damaged.flac");
  const command = [await findFfmpeg(), "-v", "error", "-y", "-i", demoSample, flac];
  expect(Bun.spawnSync(command).exitCode).toBe(0);
  const bytes = readFileSync(flac);
  bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 3000);
  writeFileSync(flac, bytes);
  const { text, truncated, warnings = [] } = await transcribe(flac);
  expect(text).not.toBe("");
  expect(warnings.join()).toContain("parts could not be decoded");
  expect(truncated).toBe(true);
  expect((await transcribe(demoSample)).warnings).toBeUndefined();
});
