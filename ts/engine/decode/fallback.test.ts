import { describe, expect, test } from "bun:test";
import { sampleRate } from "../../audio/samples/recording.ts";
import { chunkAt } from "../../audio/speech/chunker.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import {
  babble,
  decodeOptions,
  endlessly,
  idsOf,
  type Script,
  scriptedEngine,
  soundOf,
} from "../../testing/scripted-model.ts";
import type { DecodeContext, DecodeOptions } from "./chunk.ts";
import { tokenBudget } from "./chunk.ts";
import { decodeWithFallback, penalties } from "./fallback.ts";

const header = "language English<asr_text>";

function* loop(start: string): Generator<number, void, undefined> {
  yield* idsOf(`${header}${start}`);
  yield* endlessly(" and so on");
}

function* endless(): Generator<number, void, undefined> {
  yield* idsOf(header);
  yield* babble();
}

/** Decodes sound of some seconds; what the model did is beside the results. */
async function decode(
  script: Script,
  {
    seconds = 8,
    options = decodeOptions(),
    context = {},
  }: { seconds?: number; options?: DecodeOptions; context?: Partial<DecodeContext> } = {},
) {
  const { engine, model } = scriptedEngine(script);
  const whole = { party: {}, name: "talk.wav", signal: undefined, ...context };
  const results = await decodeWithFallback(engine, soundOf(seconds), options, whole);
  for (const { closed } of model.sessions) expect(closed).toBe(true);
  const chunks = results.map(({ chunk }) => chunk);
  return { results, chunks, model, texts: chunks.map(({ text }) => text) };
}

describe("a chunk that decodes well", () => {
  test("is decoded once", async () => {
    const { results, chunks, model } = await decode(() => `${header}Hello there.`);
    expect(model.sessions.length).toBe(1);
    expect(chunks).toMatchObject([
      { text: "Hello there.", language: "English", start: 0, end: 8, finishReason: "eos" },
    ]);
    const [session] = model.sessions;
    expect(results[0]).toMatchObject({
      inputTokens: session!.counts.prefillMs,
      // 13 a second.
      audioTokens: 104,
      outputTokens: idsOf(`${header}Hello there.`).length,
      times: session!.counts,
    });
  });

  test("may end at once", async () => {
    const { texts, model } = await decode(() => "");
    expect(texts).toEqual([""]);
    expect(model.sessions.length).toBe(1);
  });

  test("shows each token to who listens", async () => {
    const shown: string[] = [];
    await decode(() => `${header}One two.`, {
      context: { onToken: (hypothesis) => shown.push(hypothesis.shown) },
    });
    expect(shown.length).toBe(idsOf(`${header}One two.`).length);
    expect(shown[0]).toBe("");
    expect(shown).toContain("One two");
    expect(shown.at(-1)).toBe("One two.");
  });

  test("is silence that no model is asked about", async () => {
    const { engine, model } = scriptedEngine(() => `${header}Thank you for watching.`);
    const context = { party: {}, name: "muted.wav", signal: undefined };
    const chunk = chunkAt({ at: 3 * sampleRate, samples: new Float32Array(sampleRate) });
    const results = await decodeWithFallback(engine, chunk, decodeOptions(), context);
    expect(results).toMatchObject([
      { chunk: { text: "", start: 3, end: 4, finishReason: "eos" }, outputTokens: 0 },
    ]);
    expect(model.sessions).toEqual([]);
  });
});

describe("an echo of the prompt's words", () => {
  const options = decodeOptions({ prompt: "Anna, Emma, Otto" });

  test("is decoded again without them", async () => {
    const { results, texts, model } = await decode(
      ({ context }) => header + (context === "" ? "Good morning." : "Anna, Emma, Otto."),
      { options },
    );
    expect(texts).toEqual(["Good morning."]);
    expect(model.sessions.length).toBe(2);
    const [first, second] = model.sessions;
    expect(results[0]!.outputTokens).toBe(first!.counts.decodeMs + second!.counts.decodeMs);
    expect(results[0]!.inputTokens).toBe(first!.counts.prefillMs + second!.counts.prefillMs);
    expect(results[0]!.times.encodeMs).toBe(2 * first!.counts.encodeMs);
  });

  test("is what was said when it is heard without them, too", async () => {
    const { texts, model } = await decode(() => `${header}Anna, Emma, Otto.`, { options });
    expect(texts).toEqual(["Anna, Emma, Otto."]);
    expect(model.sessions.length).toBe(2);
  });

  test("that loops without them is taken for a loop", async () => {
    const { texts } = await decode(
      ({ session, context }) => {
        if (session === 0) return `${header}Anna, Emma, Otto.`;
        return session === 1 ? loop("So") : `${header}${context === "" ? "no list" : "list"}`;
      },
      { options },
    );
    expect(texts).toEqual(["list", "list"]);
  });
});

describe("a loop", () => {
  test("is decoded again in halves, and the work in vain counts", async () => {
    const { results, chunks, model } = await decode(({ session }) =>
      session === 0 ? loop("Well") : `${header}Half ${session}.`,
    );
    expect(chunks).toMatchObject([
      { text: "Half 1.", start: 0, finishReason: "eos" },
      { text: "Half 2.", end: 8, finishReason: "eos" },
    ]);
    expect(chunks[0]!.end).toBe(chunks[1]!.start);
    expect(model.sessions.map(({ options }) => options)).toEqual([{}, {}, {}]);
    const tokens = model.sessions.map(({ counts }) => counts.decodeMs);
    expect(results.map(({ outputTokens }) => outputTokens)).toEqual([
      tokens[0]! + tokens[1]!,
      tokens[2]!,
    ]);
  });

  test("in a half is decoded again with penalties", async () => {
    const { texts, model } = await decode(({ session, options }) => {
      if (options.repetitionPenalty !== undefined) return `${header}Penalised.`;
      return session === 2 ? `${header}Fine.` : loop("Well");
    });
    // The whole, the first half, that again with penalties, the second half.
    expect(texts).toEqual(["Penalised.", "Penalised."]);
    expect(model.sessions.map(({ options }) => options)).toEqual([
      {},
      {},
      penalties,
      {},
      penalties,
    ]);
  });

  test("that nothing ends keeps its text up to the loop, and says so", async () => {
    const { chunks, model } = await decode(({ session }) => loop(`Try ${session}`));
    expect(chunks).toMatchObject([
      { text: "Try 1 and so on", finishReason: "loop" },
      { text: "Try 3 and so on", finishReason: "loop" },
    ]);
    expect(model.sessions.length).toBe(5);
  });

  test("in a short chunk is decoded again with penalties at once", async () => {
    const { texts, model } = await decode(
      ({ session }) => (session === 0 ? loop("Well") : `${header}Penalised.`),
      { seconds: 3 },
    );
    expect(texts).toEqual(["Penalised."]);
    expect(model.sessions.map(({ options }) => options)).toEqual([{}, penalties]);
  });
});

describe("a hypothesis without end", () => {
  test("is cut at a budget in proportion to its audio, and decoded again in halves", async () => {
    const { texts, model } = await decode(({ session }) =>
      session === 0 ? endless() : `${header}Half ${session}.`,
    );
    expect(texts).toEqual(["Half 1.", "Half 2."]);
    expect(model.sessions[0]!.counts.decodeMs).toBe(tokenBudget(8));
  });

  test("everywhere costs no more than five budgets", async () => {
    const { chunks, model } = await decode(() => endless());
    expect(chunks.map(({ finishReason }) => finishReason)).toEqual(["length", "length"]);
    const total = model.sessions.reduce((sum, { counts }) => sum + counts.decodeMs, 0);
    expect(total).toBeLessThanOrEqual(tokenBudget(8) + 4 * tokenBudget(6));
  });

  test("is what the caller wants who sets the budget", async () => {
    const options = decodeOptions({}, 20);
    const { results, chunks, model } = await decode(() => endless(), { options });
    expect(model.sessions.length).toBe(1);
    expect(chunks[0]!.finishReason).toBe("length");
    expect(results[0]!.outputTokens).toBe(20);
  });
});

describe("a repeated header", () => {
  const twice = `${header}One. ${header}Two.`;

  test("is decoded again in halves", async () => {
    const { chunks } = await decode(({ session }) =>
      session === 0 ? twice : `${header}Half ${session}.`,
    );
    expect(chunks).toMatchObject([
      { text: "Half 1.", finishReason: "eos" },
      { text: "Half 2.", finishReason: "eos" },
    ]);
  });

  test("everywhere is no text, and told of", async () => {
    const { chunks, model } = await decode(() => twice, { seconds: 3 });
    expect(chunks).toMatchObject([
      { text: "One. Two.", language: "English", finishReason: "garbled" },
    ]);
    expect(model.sessions.map(({ options }) => options)).toEqual([{}, penalties]);
  });

  test("without end is a loop like any other", async () => {
    const { texts } = await decode(({ session }) =>
      session === 0 ? endlessly(header) : `${header}Half ${session}.`,
    );
    expect(texts).toEqual(["Half 1.", "Half 2."]);
  });
});

describe("the languages that are allowed", () => {
  test("hold the header, and leave the text free", async () => {
    const options = decodeOptions({ languages: ["English", "German"] });
    const { chunks } = await decode(() => "language German<asr_text>Guten Tag.", { options });
    expect(chunks[0]).toMatchObject({ text: "Guten Tag.", language: "German" });
    const french = decode(() => "language French<asr_text>Bonjour.", { options });
    await expect(french).rejects.toThrow("forbids");
  });
});

describe("what goes wrong", () => {
  test.each([1, 2, 5])("a model that throws at step %d fails the call", async (step) => {
    const failure = new Error("it broke");
    const { engine, model } = scriptedEngine(() => `${header}One two three four.`);
    model.onStep = () => {
      if (model.steps.length === step - 1) throw failure;
    };
    const context = { party: {}, name: "talk.wav", signal: undefined };
    const call = decodeWithFallback(engine, soundOf(2), decodeOptions(), context);
    expect(await call.catch((error: unknown) => error)).toBe(failure);
    expect(model.sessions.map(({ closed }) => closed)).toEqual([true]);
    // The permit was given back.
    model.onStep = () => undefined;
    expect((await decodeWithFallback(engine, soundOf(2), decodeOptions(), context)).length).toBe(1);
  });

  test.each(["mel", "encode", "prefill"] as const)("an abort in %s ends it there", async (at) => {
    const abort = new AbortController();
    const stages: string[] = [];
    const { engine, model } = scriptedEngine(() => `${header}One.`);
    model.onStage = (stage) => {
      stages.push(stage);
      if (stage === at) abort.abort();
    };
    const context = { party: {}, name: "talk.wav", signal: abort.signal };
    const results = await decodeWithFallback(engine, soundOf(2), decodeOptions(), context);
    expect(results).toMatchObject([{ chunk: { text: "", finishReason: "cancelled" } }]);
    expect(stages.at(-1)).toBe(at);
    expect(model.steps).toEqual([]);
    expect(model.sessions.map(({ closed }) => closed)).toEqual([true]);
  });

  test("an abort between two tokens keeps the text so far", async () => {
    const abort = new AbortController();
    const { chunks, model } = await decode(() => loop("Well"), {
      context: {
        signal: abort.signal,
        onToken: (hypothesis) => {
          if (hypothesis.shown === "Well and so") abort.abort();
        },
      },
    });
    expect(chunks).toMatchObject([{ text: "Well and so on", finishReason: "cancelled" }]);
    expect(model.sessions.length).toBe(1);
  });

  test("what does not fit is refused with the numbers, before it is fed", async () => {
    const { engine, model } = scriptedEngine(() => `${header}One.`);
    const options = decodeOptions({}, model.info.maxPositions);
    const context = { party: {}, name: "talk.wav", signal: undefined };
    const call = () => decodeWithFallback(engine, soundOf(2), options, context);
    await expectAsrError(call, "input", "talk.wav", "2 s at 0 s", "4096");
    expect(model.sessions[0]).toMatchObject({ closed: true, counts: { prefillMs: 0 } });
  });
});

test("no more chunks are decoded at once than the engine takes", async () => {
  const { engine, model } = scriptedEngine(() => `${header}One two three.`, { maxBatch: 2 });
  let open = 0;
  let maxOpen = 0;
  model.onStep = () => {
    open = model.sessions.filter(({ closed }) => !closed).length;
    maxOpen = Math.max(maxOpen, open);
  };
  const context = { party: {}, name: "talk.wav", signal: undefined };
  const calls = Array.from({ length: 6 }, () =>
    decodeWithFallback(engine, soundOf(1), decodeOptions(), context),
  );
  const results = await Promise.all(calls);
  expect(results.flat().map(({ chunk }) => chunk.text)).toEqual(Array(6).fill("One two three."));
  expect(maxOpen).toBe(2);
  expect(Math.max(...model.steps)).toBe(2);
});
