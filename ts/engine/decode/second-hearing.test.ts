import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Instead } from "../../contract/alignment.ts";
import { modelFolder } from "../../native/locate.ts";
import { demoSpeech } from "../../testing/live.ts";
import { promptOf } from "../../text/prompt.ts";
import { Engine } from "./engine.ts";
import { Hypothesis } from "./hypothesis.ts";
import { heardAgain } from "./second-hearing.ts";

const said = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open(modelFolder("demo"));
});
afterAll(() => engine[Symbol.dispose]());

function instead(written: string, heard: string, text: string): Instead {
  const from = written.indexOf(heard);
  return { from, to: from + heard.length, text };
}

/** What is left of an answer that the model is said to have written of the sample. */
async function again(
  written: string,
  choices: readonly Instead[],
  { signal, maxTokens = 100 }: { signal?: AbortSignal; maxTokens?: number } = {},
) {
  const { model, tokenizer } = engine;
  using session = model.session();
  session.mel(await demoSpeech());
  const prompt = promptOf(tokenizer, { language: "English" })(session.encode());
  const tokens = tokenizer.encodePlain(written).map((id) => ({ id, logprob: -1 }));
  const ids = tokens.map(({ id }) => id);
  session.prefill(Int32Array.of(...prompt, ...ids));
  const hypothesis = new Hypothesis(tokenizer, "English", tokens);
  const found = await heardAgain(
    engine,
    { session, prompt, hypothesis },
    { text: written, language: "English" },
    { instead: async () => choices },
    { party: { party: {}, signal }, language: "English", maxTokens },
  );
  return { text: found?.end().text, tokens: found?.tokens, isSame: found === hypothesis };
}

describe("a model that is told what may have been said", () => {
  test("hears it where it was", async () => {
    const wrong = said.replace("light", "lamp").replace("to Boston leaves", "is");
    const { text, tokens } = await again(wrong, [
      instead(wrong, " lamp", " light"),
      instead(wrong, " is", " to Boston leaves"),
    ]);
    expect(text).toBe(said);
    const likely = tokens!.filter(({ logprob }) => logprob !== -1);
    expect(likely.length).toBe(
      engine.tokenizer.encodePlain(" light").length +
        engine.tokenizer.encodePlain(" to Boston leaves").length,
    );
    for (const { logprob } of likely) expect(logprob).toBeGreaterThan(-2);
  });

  test("hears what it left out, but nothing across the border of a token", async () => {
    const without = said.replace(" in the kitchen", "");
    const behind = without.indexOf(".");
    const place = { from: behind, to: behind, text: " in the kitchen" };
    expect((await again(without, [place])).text).toBe(said);
    const inside = { from: behind - 1, to: behind, text: " in the kitchen" };
    expect((await again(without, [inside])).isSame).toBe(true);
  });

  test("writes no more than it may, and nothing that would be cut as a loop", async () => {
    const wrong = said.replace("light", "lamp");
    const light = [instead(wrong, " lamp", " light")];
    const maxTokens = engine.tokenizer.encodePlain(said).length - 1;
    expect((await again(wrong, light, { maxTokens })).isSame).toBe(true);
    const often = [instead(said, " light", " light".repeat(60))];
    expect(await again(said, often)).toMatchObject({ text: said, isSame: true });
  });

  test("is left alone when nobody waits any more", async () => {
    const signal = AbortSignal.abort();
    const { text } = await again(said, [instead(said, " light", " radio")], { signal });
    expect(text).toBeUndefined();
  });

  test("keeps to its answer where it was not", async () => {
    const { text, isSame } = await again(said, [
      instead(said, " light", " radio"),
      instead(said, " Boston", " Chicago"),
      instead(said, " seven", " at eight"),
    ]);
    expect([text, isSame]).toEqual([said, true]);
  });

  test("takes one and leaves another", async () => {
    const wrong = said.replace("Boston", "Berlin");
    const { text } = await again(wrong, [
      instead(wrong, " light", " fan"),
      instead(wrong, " Berlin", " Boston"),
      instead(wrong, " seven", " nine"),
    ]);
    expect(text).toBe(said);
  });
});
