import { Asr } from "../../ts/asr.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { modelFolder } from "../../ts/native/locate.ts";
import { Model } from "../../ts/native/model.ts";
import type { Check, Random, Trials } from "../check.ts";
import { between, pick } from "../random.ts";

export const check: Check = {
  number: 9,
  title: "odd samples",
  tries:
    "no samples, 1, 159; NaN, infinities, denormals, peaks of 1e30, a constant, 10 minutes of " +
    "silence, rates from 1 Hz: a finite mel and a transcript, or an error that says what is " +
    "wrong",
  inputs: 600,
  inputsOfTest: 24,
};

interface Sound {
  seed: string;
  samples: Float32Array;
  sampleRate: number;
}

const lengths = [0, 1, 2, 159, 160, 161, 399, 400, 1599, 16_000, 16_001];
/** Ten minutes of silence. */
const longest = 99;
const rates = [16_000, 16_000, 16_000, 8000, 44_100, 1, 7, 383_999, 655_350];
const fills: Record<string, (random: Random, i: number) => number> = {
  silence: () => 0,
  constant: () => 1,
  "negative zero": () => -0,
  noise: (random) => 2 * random() - 1,
  loud: (random) => 1e30 * (2 * random() - 1),
  largest: () => 3.4028234663852886e38,
  denormal: (random) => 1e-45 * Math.floor(4 * random()),
  alternating: (_, i) => (i % 2 === 0 ? 1 : -1),
  "one NaN": (random, i) => (i === 3 ? Number.NaN : random() / 2),
  infinity: (random, i) => (i % 50 === 0 ? Number.POSITIVE_INFINITY : random()),
  click: (_, i) => (i === 100 ? 1 : 0),
};

/** Transcribes sounds that nobody recorded, and looks at their mel. */
export async function open(): Promise<Trials<Sound>> {
  const asr = await Asr.load("demo");
  const model = Model.open(modelFolder("demo"));
  const counts = { transcripts: 0, errors: 0 };

  async function judge({ samples, sampleRate }: Sound): Promise<string | undefined> {
    const wrong = sampleRate === 16_000 ? wrongMel(samples) : undefined;
    if (wrong !== undefined) return wrong;
    const areNumbers = samples.every(Number.isFinite);
    try {
      const { text, duration, segments } = await asr.transcribe({ samples, sampleRate });
      counts.transcripts++;
      if (!areNumbers) return "a sample that is no number was accepted";
      const numbers = [duration, ...segments.flatMap(({ start, end }) => [start, end])];
      return typeof text === "string" && numbers.every(Number.isFinite) ? undefined : "no numbers";
    } catch (error) {
      if (!(error instanceof AsrError) || !["input", "usage"].includes(error.code)) throw error;
      counts.errors++;
      return undefined;
    }
  }

  function wrongMel(samples: Float32Array): string | undefined {
    using session = model.session();
    try {
      const mel = new Float32Array(session.mel(samples) * 128);
      session.read("mel", mel);
      return mel.every(Number.isFinite) ? undefined : "the mel is not finite";
    } catch (error) {
      if (error instanceof AsrError && error.code === "input") return undefined;
      throw error;
    }
  }

  function input(random: Random, index: number): Sound {
    const kinds = Object.keys(fills);
    const kind = kinds[index % kinds.length]!;
    const length =
      index === longest ? 16_000 * 600 : (lengths[index] ?? between(random, 0, 20_000));
    const fill = fills[kind]!;
    const samples = Float32Array.from({ length }, (_, i) => fill(random, i));
    return { seed: kind, samples, sampleRate: pick(random, rates) };
  }

  return {
    input,
    judge,
    figures: () => [`${counts.transcripts} transcripts, ${counts.errors} errors`],
    close: async () => {
      model.close();
      await asr.close();
    },
  };
}
