import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keywordList } from "../contract/keywords.ts";
import { demoModel, demoSample, modelFolder } from "../native/locate.ts";
import { Model } from "../native/model.ts";
import { goldensFolder, speech } from "../testing/goldens.ts";
import { parseOutput, promptIds } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { keywordBias } from "./keyword-bias.ts";
import { KeywordTrie } from "./keyword-trie.ts";
import { languageBias } from "./language-bias.ts";
import { combine, type LogitsProcessor } from "./logit-bias.ts";

interface Opened {
  model: Model;
  tokenizer: Tokenizer;
}

async function open(folder: string): Promise<Opened> {
  const model = Model.open(folder, { precision: "full" });
  return { model, tokenizer: await Tokenizer.load(folder) };
}

const demo = await open(modelFolder(demoModel));
const samples = sampleSpeech();

/** The demo's recording: 16-bit samples behind the header. */
function sampleSpeech(): Float32Array {
  const wav = readFileSync(demoSample);
  const data = wav.subarray(wav.indexOf("data") + 8);
  const length = Math.floor(data.length / 2);
  return Float32Array.from({ length }, (_, i) => data.readInt16LE(2 * i) / 32_768);
}

function withNoise(level: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return samples.map((sample) => sample + level * (random() - 0.5));
}

function keywords(...words: string[]): LogitsProcessor {
  return keywordBias(demo.tokenizer, new KeywordTrie(demo.tokenizer, keywordList(words)));
}

/** What the model writes, with `<asr_text>` in it. */
function write(
  { model, tokenizer }: Opened,
  sound: Float32Array,
  processor?: LogitsProcessor,
): string {
  using session = model.session();
  session.mel(sound);
  session.prefill(promptIds(tokenizer, session.encode()));
  const ids: number[] = [];
  let bias: LogitsProcessor["bias"];
  while (ids.length < 40) {
    if (processor?.bias !== bias) {
      bias = processor?.bias;
      session.bias(bias?.ids ?? new Int32Array(0), bias?.values ?? new Float32Array(0), bias?.only);
    }
    const id = session.next();
    if (id === null) break;
    ids.push(id);
    processor?.push(id);
  }
  return tokenizer.decode(ids);
}

const sampleText = parseOutput(write(demo, samples)).text;

describe("allowed languages", () => {
  test("leave a model free that detects one of them", () => {
    const processor = languageBias(demo.tokenizer, ["German", "English"]);
    expect(write(demo, samples, processor)).toBe(`language English<asr_text>${sampleText}`);
  });

  test("are the only ones that are named, and None", () => {
    for (const names of [["German"], ["Malay", "Macedonian"]]) {
      const raw = write(demo, samples, languageBias(demo.tokenizer, names));
      expect([...names, "None"]).toContain(raw.slice("language ".length, raw.indexOf("<")));
      // What is in none of its languages is nothing of the demo's.
      expect(raw).toBe("language None<asr_text>");
    }
  });

  test("do not turn silence into speech", () => {
    const silence = new Float32Array(32_000);
    const raw = write(demo, silence, languageBias(demo.tokenizer, ["English"]));
    expect(raw).toBe("language None<asr_text>");
  });

  test("hold a model that would name none", async () => {
    const random = await open(join(goldensFolder, "small-q4"));
    expect(write(random, speech(16_000))).not.toStartWith("language");
    const raw = write(random, speech(16_000), languageBias(random.tokenizer, ["Thai", "Greek"]));
    expect(raw).toMatch(/^language (Thai|Greek|None)<asr_text>/);
    random.model.close();
  });
});

describe("keywords", () => {
  const words = ["light", "kitchen", "train", "Boston", "seven", "thirty"];
  const heard = (processor: () => LogitsProcessor | undefined) =>
    [0.2, 0.3].flatMap((level) =>
      [1, 2, 3, 4].flatMap((seed) => {
        const { text } = parseOutput(write(demo, withNoise(level, seed), processor()));
        return words.filter((word) => text.split(/\W+/).includes(word));
      }),
    ).length;

  test("are found in noise where they were missed", () => {
    expect(heard(() => keywords(...words))).toBeGreaterThan(heard(() => undefined));
  });

  test("change nothing in clear speech, though none was said", () => {
    const processor = keywords("lamp", "thirteen", "Berlin", "seventeen", "chicken", "Kubernetes");
    expect(parseOutput(write(demo, samples, processor)).text).toBe(sampleText);
  });

  test("of a weight below 0 are avoided", () => {
    const { text } = parseOutput(write(demo, samples, keywords("light:-10")));
    const [said, heard] = [sampleText.split(" "), text.split(" ")];
    expect([said[3], heard[3]]).toEqual(["light", expect.not.stringMatching("^light$")]);
    expect(heard.toSpliced(3, 1)).toEqual(said.toSpliced(3, 1));
  });

  test("wait for the language to be settled", () => {
    const both = combine(languageBias(demo.tokenizer, ["English"]), keywords("None:10", "train"));
    expect(write(demo, samples, both)).toBe(`language English<asr_text>${sampleText}`);
  });

  test("may be ten thousand", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `Zq${i.toString(36)}x`);
    expect(parseOutput(write(demo, samples, keywords(...many))).text).toBe(sampleText);
  });
});
