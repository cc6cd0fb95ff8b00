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

  test.each([
    [`${header}Hello.`, "Hello."],
    ["Hello. language German<asr_text>Hallo.", "Hello. Hallo."],
    ["Hello.language German<asr_text>Hallo.", "Hello. Hallo."],
    ["Hello <asr_text>there.", "Hello there."],
    ["One.<|im_end|>\n<|im_start|>assistant\nlanguage English<asr_text>Two.", "One.\nTwo."],
    ["Hel<timestamp>lo.<|audio_pad|>", "Hello."],
    ["Hello <asr_text> world.", "Hello world."],
    ["Hel\u0000lo\u0007.", "Hello."],
  ])("and %j behind it leave text alone", (raw, expected) => {
    const { text, language, tokenTexts } = of(idsOf(header + raw)).end();
    expect({ text, language }).toEqual({ text: expected, language: "English" });
    expect(tokenTexts.map((token) => token.text).join("")).toBe(text);
    expect(tokenTexts.every(({ logprob }) => logprob === -0.5)).toBe(true);
  });

  test("behind text without one leaves that text", () => {
    expect(of(idsOf("Hello there<asr_text> you.")).end().text).toBe("Hello there you.");
  });

  test("within the text is at no time shown", () => {
    const ids = idsOf(
      `${header}I speak my language. language German<asr_text>Hallo. ${header}Bye.`,
    );
    const whole = "I speak my language. Hallo. Bye.";
    for (let count = 0; count <= ids.length; count++) {
      expect(whole).toStartWith(of(ids.slice(0, count)).shown.trimEnd());
    }
    expect(of(ids).end().text).toBe(whole);
    expect(of(idsOf("my language"), "English").shown).toBe("my ");
    expect(of(idsOf("my language"), "English").end().text).toBe("my language");
  });

  test.each([
    ["", false],
    ["\n\n \n", true],
    ["language Engl", true],
    ["language None<asr_text>", false],
    ["<asr_text>", false],
    ["Hello.", false],
    [`${header}Hello.`, false],
    [`${header}Hello. ${header}Bye.`, true],
    [`${header}Hello.<timestamp>`, true],
    [`${header}Hel<asr_text>lo.`, true],
    ["Hello<asr_text> there.", true],
    [`${header}<|audio_pad|>`, true],
    [`${header}Hel\u0000lo.`, true],
  ])("%j: whether it is garbled", (raw, expected) => {
    expect(of(idsOf(raw)).isGarbled).toBe(expected);
  });

  test("of a forced language is no fault", () => {
    expect(of(idsOf(`${header}Hello.`), "English").isGarbled).toBe(false);
    expect(of(idsOf(`${header}Hello.`), "English").end().text).toBe("Hello.");
    expect(of(idsOf(`Hello. ${header}Bye.`), "English").isGarbled).toBe(true);
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

  test("are those of which something is left where the text was mended", () => {
    const { text, tokenTexts } = of(idsOf(`${header}ha${"!".repeat(25)} yes`)).end();
    expect(text).toBe("ha! yes");
    expect(tokenTexts.map((token) => token.text).join("|")).toBe("ha|!| |y|es");
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

  test.each(["language", " ", "\n\n", "<|im_start|>", "user\n"])(
    "of %j before the tag is one, too",
    (what) => {
      const hypothesis = looping(endlessly(what).take(200));
      expect(hypothesis.tokens.length).toBeLessThan(60);
      expect(hypothesis.shown).toBe("");
    },
  );
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
