import { bytesAsSource } from "../../ts/audio/formats/byte-source.ts";
import { isWav } from "../../ts/audio/formats/wav-format.ts";
import { frameBytes, readWavLayout } from "../../ts/audio/formats/wav-layout.ts";
import { readWavSamples } from "../../ts/audio/formats/wav-samples.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { tone, type WavParts, wavFile } from "../../ts/testing/wav-writer.ts";
import type { Check, Random, Trials } from "../check.ts";
import { cost } from "../cost.ts";
import { mutatedBytes } from "../mutations.ts";
import { pick } from "../random.ts";

export const check: Check = {
  number: 5,
  title: "WAV files",
  tries:
    "mutants of 14 files: 8 to 64 bits, float, A-law, µ-law, extensible, RF64, odd chunks, " +
    "sizes that lie; read within the file, and to numbers that can be checked",
  inputs: 100_000,
  inputsOfTest: 4000,
  hangMs: 10_000,
};

const maxMs = 20;

const int16 = new Uint8Array(Int16Array.from(tone(0.1), (x) => x * 32767).buffer);
const float32 = new Uint8Array(tone(0.05).buffer);
const float64 = new Uint8Array(Float64Array.from(tone(0.03)).buffer);
const eight = Uint8Array.from(tone(0.1), (x) => 128 + 100 * x);
const junk = { id: "junk", body: new Uint8Array(3) };

const seeds: readonly Uint8Array[] = (
  [
    { data: eight, bits: 8 },
    { data: int16 },
    { data: int16.subarray(0, 3000), bits: 24 },
    { data: int16, bits: 32 },
    { data: float32, tag: 3, bits: 32 },
    { data: float64, tag: 3, bits: 64 },
    { data: eight, tag: 6, bits: 8 },
    { data: eight, tag: 7, bits: 8 },
    { data: int16, extensible: true },
    { data: int16, rf64: true },
    { data: int16, chunks: [junk], after: [junk] },
    { data: int16, dataSize: 0 },
    { data: int16, dataSize: 0xffffffff, riffSize: 0xffffffff },
    { data: int16, channels: 255, blockSize: 510, sampleRate: 0 },
  ] satisfies WavParts[]
).map((parts) => new Uint8Array(wavFile(parts)));

/** Reads files that are no longer what they were. */
export function open(): Trials<Uint8Array> {
  const counts = { heard: 0, objections: 0, slowestMs: 0 };

  function refused(error: unknown): undefined {
    if (!(error instanceof AsrError) || error.code !== "input") throw error;
    counts.objections++;
  }

  async function read(bytes: Uint8Array): Promise<string | undefined> {
    if (!isWav(bytes)) return undefined;
    const layout = await readWavLayout(bytesAsSource(bytes), "x.wav").catch(refused);
    if (layout?.objection !== undefined) counts.objections++;
    if (layout === undefined) return undefined;
    for (const { format, offset, length } of layout.parts) {
      if (offset < 0 || length < 0 || offset + length > bytes.length)
        return "reads beyond the file";
      if (format.coding === undefined) continue;
      if (length % frameBytes(format) !== 0) return "reads a part of a frame";
      const samples = readWavSamples(bytes.subarray(offset, offset + length), format);
      const expected = (length / frameBytes(format)) * format.channels;
      if (samples.length !== expected) return "loses or invents samples";
      // Floats of a file may be anything; those are refused later, with their place.
      const isFloat = format.coding === "float";
      if (!isFloat && !samples.every((x) => Math.abs(x) <= 1)) return "a sample is beyond 1";
      counts.heard++;
    }
    return undefined;
  }

  async function judge(bytes: Uint8Array): Promise<string | undefined> {
    let why: string | undefined;
    const ms = await cost(maxMs, async () => {
      why = await read(bytes);
    });
    counts.slowestMs = Math.max(counts.slowestMs, ms);
    return why ?? (ms > maxMs ? `took ${ms.toFixed(0)} ms` : undefined);
  }

  function input(random: Random, index: number): Uint8Array {
    return seeds[index] ?? mutatedBytes(random, pick(random, seeds), pick(random, seeds));
  }

  return {
    input,
    judge,
    figures: () => [
      `${counts.heard} parts heard, ${counts.objections} files refused or left to ffmpeg`,
      `at most ${counts.slowestMs.toFixed(1)} ms each`,
    ],
  };
}
