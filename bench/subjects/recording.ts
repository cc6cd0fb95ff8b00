import { join } from "node:path";
import { serve } from "./serve.ts";
import type { Clip, Heard } from "./subject.ts";

// bun run bench/subjects/recording.ts CHECKOUT FOLDER: a long recording by the whole program, as it
// is in another checkout, or in this one: chunks that are decoded together, or a live stream.

const [checkout, folder] = process.argv.slice(2) as [string, string];
const module = (path: string) => import(join(checkout, path));
const { Asr } = (await module("ts/asr.ts")) as typeof import("../../ts/asr.ts");
const { speech } = (await module(
  "ts/testing/goldens.ts",
)) as typeof import("../../ts/testing/goldens.ts");

const sampleRate = 16_000;
const chunkSeconds = 30;
const stepSeconds = 2;

/** Random weights do not end, and repeat themselves, which is noticed from so many tokens on. */
const loopTokens = 32;

await serve(async () => {
  const started = performance.now();
  const asr = await Asr.load(folder, { offline: true });
  const openMs = performance.now() - started;
  const { kernels, weightBytes } = asr.info;
  return { openMs, about: { kernels, weightBytes }, run };

  async function run({ seconds, tokens, isLive = false }: Clip): Promise<Heard> {
    const samples = speech(seconds * sampleRate);
    const chance = tokens === null || tokens < loopTokens ? {} : { temperature: 1, seed: 1 };
    const fixed = tokens === null ? {} : { ...chance, maxTokens: tokens };
    const options = { language: "en", ...fixed };
    const before = process.cpuUsage();
    const began = performance.now();
    const text = isLive
      ? await heardLive(samples, options)
      : await heardWhole(samples, { ...options, chunkSeconds });
    const totalMs = performance.now() - began;
    const { user, system } = process.cpuUsage(before);
    return { totalMs, cpuMs: (user + system) / 1000, tokens: text.split(" ").length };
  }

  async function heardWhole(samples: Float32Array, options: object): Promise<string> {
    return (await asr.transcribe({ samples, sampleRate }, options)).text;
  }

  /** In tenths of a second, as a microphone gives them, but as fast as they are taken. */
  async function heardLive(samples: Float32Array, options: object): Promise<string> {
    const pieces = async function* () {
      const piece = sampleRate / 10;
      for (let at = 0; at < samples.length; at += piece) {
        const part = samples.subarray(at, at + piece);
        yield new Uint8Array(Int16Array.from(part, (x) => Math.round(32_767 * x)).buffer);
      }
    };
    let text = "";
    const input = { stream: pieces(), sampleRate };
    for await (const event of asr.stream(input, { ...options, stepSeconds })) {
      if (event.type === "finish") text = event.transcript.text;
    }
    return text;
  }
});
