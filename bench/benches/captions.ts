import { Asr } from "../../ts/asr.ts";
import type { AudioInput } from "../../ts/audio/input.ts";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import type { StreamEvent } from "../../ts/contract/events.ts";
import type { StreamOptions } from "../../ts/contract/options.ts";
import { realtimeRoute } from "../../ts/server/realtime/realtime.ts";
import type { Recognizer } from "../../ts/server/service/models.ts";
import { demoSpeech } from "../../ts/testing/live.ts";
import { manualClient, type SocketServer, socketServer } from "../../ts/testing/realtime-client.ts";
import { duration, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median, quantile } from "../report/statistics.ts";
import { type BenchModel, chosenModels, shownName } from "../subjects/models.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** Tokens that each step writes where weights are random: about the five that are not settled. */
const randomTokens = 8;
/** Sockets at once. */
const numbers = [1, 4] as const;
/** Sound in a message, in samples. */
const block = sampleRate / 10;

/** What was seen of so many sockets. */
interface Found {
  sockets: number;
  /** How long after the sound of a step was spoken its text was there. */
  behindMs: number[];
  /** How much sound a step heard that was new. */
  stepMs: number[];
  /** From where somebody begins to speak to the first text that stays. */
  firstMs: number[];
  /** Processor time for all sockets, in seconds for one of the clock. */
  load: number;
}

/** Live captions over sockets, with sound that comes as it would be spoken. */
export const captions: Bench = {
  summary: "how far captions of several sockets at once are behind what is said",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const { models, notes, randomWeights } = await chosenModels(options, progress);
  const seconds = options.quick ? 3 : 30;
  const found: { model: string; runs: Found[] }[] = [];
  let kernels = "";
  for (const model of models) {
    await using asr = await Asr.load(model.folder);
    kernels = asr.info.kernels;
    const runs: Found[] = [];
    for (const sockets of numbers) {
      progress.step(`${model.label}: ${sockets} at once, ${seconds} s`);
      runs.push(await heard(asr, model, sockets, seconds));
    }
    found.push({ model: shownName(model), runs });
  }
  return {
    tables: found.map(({ model, runs }) => ({
      title: `Captions of ${seconds} s, ${model}`,
      head: ["Sockets", "Behind, median", "99 %", "Worst", "A step", "First to stay", "Load"],
      rows: runs.map(({ sockets, behindMs, stepMs, firstMs, load }) => [
        String(sockets),
        ...[0.5, 0.99, 1].map((share) => duration(quantile(behindMs, share))),
        duration(median(stepMs)),
        firstMs.length > 0 ? duration(median(firstMs)) : "none",
        significant(load),
      ]),
    })),
    notes: [
      "Sound comes in messages of 0.1 s as it would be spoken, to /v1/realtime with the delay " +
        "minimal: each half second a step hears what is new, or more where it is late.",
      "Behind: from when the last sound of a step was spoken to its text. First to stay: from " +
        "the start of the sound to the first delta. Load: processor time for a second.",
      `With random weights a step writes ${randomTokens} tokens.`,
      ...notes,
    ],
    data: { seconds, models: found },
    kernels,
    randomWeights,
  };
}

async function heard(asr: Asr, model: BenchModel, sockets: number, seconds: number) {
  const found: Found = { sockets, behindMs: [], stepMs: [], firstMs: [], load: 0 };
  await using server = socketServer([realtimeRoute()], {
    hearing: new Watched(asr, model.isRandom, found),
  });
  const sound = await speechOf(seconds);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const all = Array.from({ length: sockets }, async (_, index) => {
    // People do not begin to speak at once.
    await Bun.sleep((index * 1000) / sockets);
    await speak(server, sound);
  });
  await Promise.all(all);
  const { user, system } = process.cpuUsage(cpu);
  found.load = (user + system) / 1000 / (performance.now() - started);
  return found;
}

/** The demo's speech again and again, as 16-bit samples. */
async function speechOf(seconds: number): Promise<Uint8Array> {
  const speech = await demoSpeech();
  const samples = Int16Array.from(
    { length: seconds * sampleRate },
    (_, index) => speech[index % speech.length]! * 32_767,
  );
  return new Uint8Array(samples.buffer);
}

/** Sends sound as it would be spoken, and waits for its whole text. */
async function speak(server: SocketServer, sound: Uint8Array): Promise<void> {
  using client = await manualClient(server, { transcription: { delay: "minimal" } });
  const started = performance.now();
  for (let at = 0; at < sound.length; at += 2 * block) {
    const spoken = started + ((at / 2 + block) / sampleRate) * 1000;
    await Bun.sleep(Math.max(0, spoken - performance.now()));
    client.append(sound.subarray(at, at + 2 * block));
  }
  client.commit();
  await client.next("conversation.item.input_audio_transcription.completed");
}

/** Notes how far the text of each step is behind its sound. */
class Watched implements Recognizer {
  readonly #asr: Asr;
  readonly #isRandom: boolean;
  readonly #found: Found;

  constructor(asr: Asr, isRandom: boolean, found: Found) {
    this.#asr = asr;
    this.#isRandom = isRandom;
    this.#found = found;
  }

  async *stream(input: AudioInput, options: StreamOptions): AsyncGenerator<StreamEvent> {
    const { behindMs, stepMs, firstMs } = this.#found;
    const fixed = this.#isRandom ? { maxTokens: randomTokens, noRepeatNgram: 2 } : {};
    // The first message is sent when its sound is over.
    const started = performance.now() - (block / sampleRate) * 1000;
    let [heardMs, isFirst] = [0, true];
    const onProgress = ({ done }: { done: number }) => {
      if (1000 * done > heardMs) stepMs.push(1000 * done - heardMs);
      heardMs = 1000 * done;
    };
    for await (const event of this.#asr.stream(input, { ...options, ...fixed, onProgress })) {
      const elapsedMs = performance.now() - started;
      if (event.type === "partial") behindMs.push(elapsedMs - heardMs);
      if (event.type === "delta" && isFirst) firstMs.push(elapsedMs);
      isFirst &&= event.type !== "delta";
      yield event;
    }
  }

  async align(): Promise<never> {
    throw new Error("captions are not aligned");
  }

  async close(): Promise<void> {
    // Whoever opened the model closes it.
  }
}
