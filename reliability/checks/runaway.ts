import { Asr } from "../../ts/asr.ts";
import { loadAudio } from "../../ts/audio/open.ts";
import { demoSample } from "../../ts/native/locate.ts";
import type { Check, Random, Trials } from "../check.ts";
import { between, pick } from "../random.ts";

export const check: Check = {
  number: 10,
  title: "decoders that do not end",
  tries:
    "noise, hum, music, clicks, babble, one syllable again and again, speech backwards: the " +
    "tokens stay within the budget of their time, and what was cut is said",
  inputs: 400,
  inputsOfTest: 14,
};

const rate = 16_000;
/** Tokens of a second of audio, and those of any chunk, above which decoding is cut. */
const [perSecond, fixed] = [16, 64];

type Sound = { kind: string; samples: Float32Array };

/** Transcribes what is not speech, or hardly. */
export async function open(): Promise<Trials<Sound>> {
  const asr = await Asr.load("demo");
  const { samples: speech } = await loadAudio(demoSample);
  const counts = { tokens: 0, cut: 0, slowest: 0 };

  async function judge({ samples }: Sound): Promise<string | undefined> {
    const started = performance.now();
    const { chunks, truncated } = await asr.transcribe({ samples, sampleRate: rate });
    const seconds = (performance.now() - started) / 1000;
    counts.slowest = Math.max(counts.slowest, seconds);
    for (const { tokens, start, end, finishReason } of chunks) {
      counts.tokens = Math.max(counts.tokens, tokens);
      if (tokens > fixed + perSecond * (end - start)) return `${tokens} tokens in ${end - start} s`;
      if (finishReason === "eos") continue;
      counts.cut++;
      if (!truncated) return `ended by ${finishReason}, and truncated is false`;
    }
    return undefined;
  }

  function input(random: Random, index: number): Sound {
    const kinds = Object.keys(sounds);
    const kind = kinds[index % kinds.length]!;
    return { kind, samples: sounds[kind]!(random, speech) };
  }

  return {
    input,
    judge,
    figures: () => [
      `${counts.tokens} tokens in a chunk at most, ${counts.cut} chunks cut and said so`,
      `${counts.slowest.toFixed(1)} s at most`,
    ],
    close: () => asr.close(),
  };
}

const sounds: Record<string, (random: Random, speech: Float32Array) => Float32Array> = {
  noise: (random) => made(random, () => 2 * random() - 1),
  hum: (random) => made(random, (t) => Math.sin(2 * Math.PI * 50 * t) / 2),
  music: (random) => {
    const notes = Array.from({ length: 8 }, () => 220 * 2 ** (between(random, 0, 24) / 12));
    const note = (t: number) => notes[Math.floor(4 * t) % notes.length]!;
    return made(random, (t) => Math.sin(2 * Math.PI * note(t) * t) / 3);
  },
  clicks: (random) => made(random, (t) => ((t * rate) % 800 < 3 ? 1 : 0)),
  babble: (random, speech) =>
    made(
      random,
      (t) =>
        ([1, 3001, 7001] as const).reduce(
          (sum, shift) => sum + (speech[(Math.floor(t * rate) + shift) % speech.length] ?? 0),
          0,
        ) / 3,
    ),
  syllable: (random, speech) => {
    const from = between(random, 4000, speech.length - 8000);
    const length = pick(random, [1600, 3200, 4800]);
    return made(random, (t) => speech[from + (Math.floor(t * rate) % length)] ?? 0);
  },
  backwards: (_, speech) => Float32Array.from(speech).reverse(),
};

/** 2 to 12 seconds of a function of time. */
function made(random: Random, sample: (seconds: number) => number): Float32Array {
  const length = between(random, 2 * rate, 12 * rate);
  return Float32Array.from({ length }, (_, i) => sample(i / rate));
}
