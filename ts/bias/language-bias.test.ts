import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { languages } from "../contract/language-names.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { languageBias } from "./language-bias.ts";
import { combine, type LogitsProcessor } from "./logit-bias.ts";

const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));

/** Every text that the processor lets through before it leaves all tokens free. */
function allowed(make: () => LogitsProcessor): string[] {
  const texts: string[] = [];
  const walk = (chosen: readonly number[]) => {
    const processor = make();
    for (const id of chosen) processor.push(id);
    if (processor.bias === undefined) texts.push(tokenizer.decode(chosen));
    else for (const id of processor.bias.ids) walk([...chosen, id]);
  };
  walk([]);
  return texts.sort();
}

describe("languageBias", () => {
  test.each([
    [["English"]],
    [["German", "English"]],
    [["Malay", "Macedonian"]],
    [Object.values(languages)],
  ])("lets %j and None be named, nothing else", (names) => {
    const expected = [...names, "None"].map((name) => `language ${name}<asr_text>`).sort();
    expect(allowed(() => languageBias(tokenizer, names))).toEqual(expected);
  });

  test("allows tokens as the official tokenizer cuts them, without favouring one", () => {
    const processor = languageBias(tokenizer, ["English"]);
    const tag = tokenizer.specialId("<asr_text>");
    for (const id of [...tokenizer.encodePlain("language English"), tag]) {
      expect(processor.bias).toMatchObject({ only: true });
      expect(processor.bias?.values.every((value) => value === 0)).toBe(true);
      expect(processor.bias?.ids).toContain(id);
      processor.push(id);
    }
    expect(processor.bias).toBeUndefined();
  });

  test("gives up after a token that it did not allow", () => {
    const processor = languageBias(tokenizer, ["English"]);
    processor.push(tokenizer.encodePlain("!")[0]!);
    expect(processor.bias).toBeUndefined();
  });

  test("gives the same object until a token is chosen", () => {
    const processor = languageBias(tokenizer, ["English"]);
    const { bias } = processor;
    expect(processor.bias).toBe(bias);
    processor.push(tokenizer.encodePlain("language")[0]!);
    expect(processor.bias).not.toBe(bias);
  });
});

describe("combine", () => {
  test("lets the first that has a bias steer, and tells all", () => {
    const pushed: number[][] = [[], []];
    const bias = { ids: new Int32Array([7]), values: new Float32Array([1]), only: false };
    const processors = pushed.map(
      (ids, index): LogitsProcessor => ({
        get bias() {
          return ids.length >= 1 + index ? undefined : bias;
        },
        push: (id) => void ids.push(id),
      }),
    );
    const both = combine(...processors);
    expect(both.bias).toBe(bias);
    both.push(1);
    expect(both.bias).toBe(bias);
    both.push(2);
    expect(both.bias).toBeUndefined();
    expect(pushed).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(combine().bias).toBeUndefined();
  });
});
