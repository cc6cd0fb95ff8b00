import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { languages } from "../contract/languages.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { languageGuide } from "./language-bias.ts";
import { combine, type Guide } from "./logit-bias.ts";

const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));

/** Every text that the guide lets through before it leaves all tokens free. */
function allowed(make: () => Guide): string[] {
  const texts: string[] = [];
  const walk = (chosen: readonly number[]) => {
    const guide = make();
    for (const id of chosen) guide.push(id);
    if (guide.bias === undefined) texts.push(tokenizer.decode(chosen));
    else for (const id of guide.bias.ids) walk([...chosen, id]);
  };
  walk([]);
  return texts.sort();
}

describe("languageGuide", () => {
  test.each([
    [["English"]],
    [["German", "English"]],
    [["Malay", "Macedonian"]],
    [Object.values(languages)],
  ])("lets %j and None be named, nothing else", (names) => {
    const expected = [...names, "None"].map((name) => `language ${name}<asr_text>`).sort();
    expect(allowed(() => languageGuide(tokenizer, names))).toEqual(expected);
  });

  test("allows tokens as the official tokenizer cuts them, without a bonus", () => {
    const guide = languageGuide(tokenizer, ["English"]);
    const tag = tokenizer.specialId("<asr_text>");
    for (const id of [...tokenizer.encodePlain("language English"), tag]) {
      expect(guide.bias).toMatchObject({ only: true });
      expect(guide.bias?.bonuses.every((bonus) => bonus === 0)).toBe(true);
      expect(guide.bias?.ids).toContain(id);
      guide.push(id);
    }
    expect(guide.bias).toBeUndefined();
  });

  test("gives up after a token that it did not allow", () => {
    const guide = languageGuide(tokenizer, ["English"]);
    guide.push(tokenizer.encodePlain("!")[0]!);
    expect(guide.bias).toBeUndefined();
  });

  test("gives the same object until a token is chosen", () => {
    const guide = languageGuide(tokenizer, ["English"]);
    const { bias } = guide;
    expect(guide.bias).toBe(bias);
    guide.push(tokenizer.encodePlain("language")[0]!);
    expect(guide.bias).not.toBe(bias);
  });
});

describe("combine", () => {
  test("lets the first that has a bias steer, and tells all", () => {
    const told: number[][] = [[], []];
    const bias = { ids: new Int32Array([7]), bonuses: new Float32Array([1]), only: false };
    const guides = told.map(
      (ids, index): Guide => ({
        get bias() {
          return ids.length >= 1 + index ? undefined : bias;
        },
        push: (id) => void ids.push(id),
      }),
    );
    const both = combine(...guides);
    expect(both.bias).toBe(bias);
    both.push(1);
    expect(both.bias).toBe(bias);
    both.push(2);
    expect(both.bias).toBeUndefined();
    expect(told).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(combine().bias).toBeUndefined();
  });
});
