import { describe, expect, test } from "bun:test";
import { endlessly, idsOf, scriptTokenizer } from "../../testing/scripted-model.ts";
import { Hypothesis } from "./hypothesis.ts";

/** The hypothesis of these tokens, which are not a loop. */
function of(ids: Iterable<number>, language?: string): Hypothesis {
  const hypothesis = new Hypothesis(scriptTokenizer, language);
  for (const id of ids) expect(hypothesis.push(id, -0.5)).toBe(false);
  return hypothesis;
}

/** The same up to where the loop is noticed. */
function looping(ids: Iterable<number>): Hypothesis {
  const hypothesis = new Hypothesis(scriptTokenizer, undefined);
  for (const id of ids) if (hypothesis.push(id, -0.5)) break;
  return hypothesis;
}

const header = "language English<asr_text>";

describe("the header", () => {
  test("names the language and is no text", () => {
    const hypothesis = of(idsOf(`${header}Hello there. `));
    expect(hypothesis.shown).toBe("Hello there. ");
    expect(hypothesis.end()).toMatchObject({ text: "Hello there.", language: "English" });
  });

  test("is not there where the prompt named the language", () => {
    const hypothesis = of(idsOf("language is a gift"), "English");
    expect(hypothesis.shown).toBe("language is a gift");
    expect(hypothesis.end()).toMatchObject({ text: "language is a gift", language: "English" });
  });

  test("of silence names none", () => {
    const hypothesis = of(idsOf("language None<asr_text>"));
    expect(hypothesis.shown).toBe("");
    expect(hypothesis.end()).toEqual({ text: "", language: "", tokenTexts: [] });
  });

  test.each(["", "language", "language Engl", "language English"])(
    "cut after %j leaves no text",
    (raw) => {
      const hypothesis = of(idsOf(raw));
      expect(hypothesis.shown).toBe("");
      expect(hypothesis.end()).toEqual({ text: "", language: "", tokenTexts: [] });
    },
  );

  test("that is missing makes all of it text", () => {
    expect(of(idsOf("Hello there.")).end()).toMatchObject({ text: "Hello there.", language: "" });
  });

  test("written twice is text the second time, as in the official engine", () => {
    const { text, language, tokenTexts } = of(idsOf(`${header}${header}Hello.`)).end();
    expect({ text, language }).toEqual({ text: `${header}Hello.`, language: "English" });
    expect(tokenTexts.map((token) => token.text).join("")).toBe(text);
  });
});

describe("the tokens' texts", () => {
  test("joined are the text, each with its log-probability", () => {
    const hypothesis = new Hypothesis(scriptTokenizer, undefined);
    const ids = idsOf(`${header} Grüße aus 東京 🎉. `);
    for (const [index, id] of ids.entries()) hypothesis.push(id, -index);
    const { text, tokenTexts } = hypothesis.end();
    expect(text).toBe("Grüße aus 東京 🎉.");
    expect(tokenTexts.map((token) => token.text).join("")).toBe(text);
    expect(tokenTexts.at(-1)?.logprob).toBe(1 - ids.length);
    expect(hypothesis.tokens.map(({ id }) => id)).toEqual(ids);
  });

  test("hold back a character that is not whole", () => {
    const ids = idsOf("🪿");
    expect(ids.length).toBeGreaterThan(1);
    const hypothesis = of([...idsOf(`${header}Hi `), ...ids.slice(0, -1)]);
    expect(hypothesis.shown).toBe("Hi ");
    expect(hypothesis.end().text).toBe("Hi \ufffd");
  });

  test("are one where the text was mended", () => {
    const { text, tokenTexts } = of(idsOf(`${header}ha${"!".repeat(25)}`)).end();
    expect(text).toBe("ha!");
    expect(tokenTexts).toEqual([{ text: "ha!", logprob: -0.5 }]);
  });
});

describe("a loop", () => {
  test("is cut behind its first copy", () => {
    const hypothesis = looping([
      ...idsOf(`${header}Well,`),
      ...endlessly(" I do not know.").take(99),
    ]);
    expect(hypothesis.tokens.length).toBeLessThan(60);
    expect(hypothesis.shown).toBe("Well, I do not know.");
    const { text, tokenTexts } = hypothesis.end();
    expect(text).toBe("Well, I do not know.");
    expect(tokenTexts.map((token) => token.text).join("")).toBe(text);
  });

  test("of broken characters leaves none", () => {
    const [broken] = idsOf("🪿");
    const hypothesis = looping([...idsOf(`${header}Hi`), ...Array<number>(99).fill(broken!)]);
    expect(hypothesis.end().text.replaceAll("\ufffd", "")).toBe("Hi");
    expect(hypothesis.tokens.length).toBeLessThan(60);
  });

  test("in the header is not looked for", () => {
    expect(of(endlessly("language").take(80)).tokens.length).toBe(80);
  });
});

describe("going on", () => {
  test("from a prefix is as if it had been written", () => {
    const whole = of(idsOf(`${header}One two three.`));
    const prefix = whole.tokens.slice(0, 6);
    const hypothesis = new Hypothesis(scriptTokenizer, undefined, prefix);
    for (const { id, logprob } of whole.tokens.slice(6)) hypothesis.push(id, logprob);
    expect(hypothesis.tokens).toEqual(whole.tokens);
    expect(hypothesis.end()).toEqual(of(idsOf(`${header}One two three.`)).end());
  });

  test("from text that is stable does not take it back", () => {
    const raw = `${header}no${"!".repeat(25)} yes`;
    expect(of(idsOf(raw)).end().text).toBe("no! yes");
    expect(of(idsOf(raw)).end(`no${"!".repeat(25)}`).text).toBe(`no${"!".repeat(25)} yes`);
    expect(of(idsOf(raw)).end("no!").text).toBe("no! yes");
  });
});
