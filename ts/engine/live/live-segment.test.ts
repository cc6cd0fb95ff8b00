import { describe, expect, test } from "bun:test";
import { sampleRate } from "../../audio/samples/recording.ts";
import {
  babble,
  decodeOptions,
  endlessly,
  idsOf,
  type Script,
  scriptedEngine,
  scriptTokenizer,
  soundOf,
  voiceOf,
} from "../../testing/scripted-model.ts";
import type { DecodeOptions } from "../decode/chunk.ts";
import { penalties } from "../decode/fallback.ts";
import { frameReach } from "./growing-prompt.ts";
import { LiveSegment } from "./live-segment.ts";

const header = "language English<asr_text>";
const words = "One two three four five six seven eight nine ten eleven twelve".split(" ");

/** The first words, behind the header. */
function count(length: number): string {
  return header + words.slice(0, length).join(" ");
}

function* loop(start: string): Generator<number, void, undefined> {
  yield* idsOf(header + start);
  yield* endlessly(" and so on");
}

function segmentOf(script: Script, options: DecodeOptions = decodeOptions()) {
  const { engine, model } = scriptedEngine(script);
  const abort = new AbortController();
  const context = { party: {}, name: "talk", signal: abort.signal };
  const segment = new LiveSegment(engine, options, context);
  return { segment, model, abort };
}

describe("what is settled", () => {
  test("is what two steps in a row say, but for the last five tokens", async () => {
    let length = 8;
    const { segment, model } = segmentOf(() => count(length));
    expect(await segment.step(soundOf(2))).toBe(words.slice(0, 8).join(" "));
    expect(segment.text).toBe("");
    length = 12;
    expect(await segment.step(soundOf(4))).toBe(words.join(" "));
    const settled = segment.text.trimEnd();
    expect(words.slice(0, 8).join(" ")).toStartWith(settled);
    expect(settled).toStartWith("One two three");
    segment[Symbol.dispose]();
    expect(model.sessions.map(({ closed }) => closed)).toEqual([true]);
  });

  test("leaves the last five tokens to the next step", async () => {
    const { segment } = segmentOf(() => count(12));
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    const ids = idsOf(count(12));
    expect(header + segment.text).toBe(scriptTokenizer.decode(ids.slice(0, -5), { special: true }));
  });

  test("is not what the second step says otherwise", async () => {
    let text = "One two three four five six seven eight";
    const { segment } = segmentOf(() => header + text);
    await segment.step(soundOf(2));
    text = "One too three four five six seven eight nine ten";
    await segment.step(soundOf(4));
    expect(segment.text.trimEnd()).toBe("One");
  });

  test("was said for a second of audio, in however many steps", async () => {
    let text = "One two three four five six seven eight";
    const { segment } = segmentOf(() => header + text);
    await segment.step(soundOf(2));
    await segment.step(soundOf(2.5));
    expect(segment.text).toBe("");
    text = "One too three four five six seven eight";
    await segment.step(soundOf(3));
    expect(segment.text.trimEnd()).toBe("One");
    await segment.step(soundOf(3.5));
    expect(segment.text.trimEnd()).toBe("One");
    await segment.step(soundOf(4));
    expect(segment.text).toStartWith("One too three");
  });

  test("is not decoded again, nor are the windows of the encoder", async () => {
    const { segment, model } = segmentOf(() => count(12));
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    const [session] = model.sessions;
    const before = { ...session!.counts };
    await segment.step(soundOf(6));
    // Two seconds of audio are new, and the blurred end of what came before.
    expect(session!.counts.encodeMs - before.encodeMs).toBeLessThanOrEqual(3 * 13);
    expect(session!.counts.decodeMs - before.decodeMs).toBeLessThan(before.decodeMs / 2);
    expect(model.sessions.length).toBe(1);
  });

  test("has its last window whole where the last frame sees enough behind it", async () => {
    const { segment, model } = segmentOf(() => count(12));
    const reach = frameReach / sampleRate;
    await segment.step(soundOf(2 + reach));
    const { encodeMs: before } = model.sessions[0]!.counts;
    await segment.step(soundOf(4 + reach));
    // Two seconds, and what has begun.
    expect(model.sessions[0]!.counts.encodeMs - before).toBe(2 * 13 + 1);
  });

  test("never ends in half a character", async () => {
    for (let length = 0; length < 4; length++) {
      const text = `${"🪿".repeat(6)}${"!?.,".slice(0, length)}`;
      const { segment } = segmentOf(() => header + text);
      await segment.step(soundOf(2));
      await segment.step(soundOf(4));
      expect(segment.text).not.toBe("");
      expect(text).toStartWith(segment.cancelled(soundOf(4)).chunk.text);
    }
  });

  test("is all that is left of a call that was aborted", async () => {
    const { segment, abort } = segmentOf(() => count(12));
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    const { text } = segment;
    expect(text).not.toBe("");
    abort.abort();
    expect(await segment.step(soundOf(6))).toBe(text);
    const results = await segment.finish(soundOf(6));
    expect(results).toMatchObject([{ chunk: { text: text.trimEnd(), finishReason: "cancelled" } }]);
  });

  test("is all that is left of a step that was aborted before it wrote", async () => {
    const { segment, model, abort } = segmentOf(() => count(12));
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    const { text } = segment;
    const steps = model.steps.length;
    model.onStage = (stage) => {
      if (stage === "encode") abort.abort();
    };
    expect(await segment.step(soundOf(6))).toBe(text);
    expect(model.steps.length).toBe(steps);
  });
});

describe("a segment that ends", () => {
  test("goes on from what is settled", async () => {
    let text = count(8);
    const { segment, model } = segmentOf(() => text);
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    text = `${count(12)}.`;
    const results = await segment.finish(soundOf(6));
    expect(results).toMatchObject([
      { chunk: { text: `${words.join(" ")}.`, language: "English", finishReason: "eos" } },
    ]);
    expect(model.sessions.length).toBe(1);
    const { prefillMs, decodeMs } = model.sessions[0]!.counts;
    // 13 a second; those of complete windows are fed once.
    const audioTokens = 13 * (2 + 3 + 3);
    expect(results[0]).toMatchObject({
      inputTokens: prefillMs,
      audioTokens,
      outputTokens: decodeMs,
    });
  });

  test("with nothing settled is decoded as a chunk, and its steps count", async () => {
    const { segment, model } = segmentOf(({ seconds }) => `${header}Heard ${seconds} s.`);
    await segment.step(soundOf(1));
    expect(segment.text).toBe("");
    const results = await segment.finish(soundOf(2));
    expect(results.map(({ chunk }) => chunk.text)).toEqual(["Heard 2 s."]);
    // All of it is encoded and fed from the beginning, by the session that knows its mel.
    expect(model.sessions.length).toBe(1);
    const { counts } = model.sessions[0]!;
    expect(counts.encodeMs).toBe(13 + 26);
    expect(results[0]).toMatchObject({
      inputTokens: counts.prefillMs,
      outputTokens: counts.decodeMs,
      times: counts,
    });
  });

  test("with nothing settled is decoded again by other sessions where that fails", async () => {
    const { segment, model } = segmentOf(({ session }) =>
      session === 0 ? loop("Well") : `${header}Session ${session}.`,
    );
    await segment.step(soundOf(1));
    const [result] = await segment.finish(soundOf(2));
    expect(result!.chunk.text).toBe("Session 1.");
    const tokens = model.sessions.map(({ counts }) => counts.decodeMs);
    expect(result!.outputTokens).toBe(tokens[0]! + tokens[1]!);
    expect(result!.times.melMs).toBe(3);
  });

  test("in a loop is decoded again with penalties, from what is settled", async () => {
    let isEnd = false;
    const { segment, model } = segmentOf(({ options }) => {
      if (!isEnd || options.repetitionPenalty !== undefined) return count(12);
      return loop(words.join(" "));
    });
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    isEnd = true;
    const [result] = await segment.finish(soundOf(6));
    expect(result!.chunk).toMatchObject({ text: words.join(" "), finishReason: "eos" });
    expect(model.sessions.map(({ options }) => options)).toEqual([{}, penalties]);
    expect(model.sessions[1]!.closed).toBe(true);
    expect(result!.times.melMs).toBe(4);
  });

  test("in a loop that nothing ends keeps its text up to the loop, and says so", async () => {
    let isEnd = false;
    const { segment } = segmentOf(() => (isEnd ? loop(words.join(" ")) : count(12)));
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    isEnd = true;
    const [result] = await segment.finish(soundOf(6));
    const text = `${words.join(" ")} and so on`;
    expect(result!.chunk).toMatchObject({ text, finishReason: "loop" });
  });
});

describe("a segment of which much is missing", () => {
  const enough = Array.from({ length: 40 }, (_, index) => `and ${index}`).join(" ");

  /** Settles a few words of 30 s of voice, with which `again` may go on when it is decoded anew. */
  async function finished(again: string) {
    let isEnd = false;
    const script: Script = ({ seconds }) => (isEnd && seconds < 30 ? header + again : count(12));
    const { segment, model } = segmentOf(script);
    await segment.step(voiceOf(2));
    await segment.step(voiceOf(4));
    isEnd = true;
    const results = await segment.finish(voiceOf(30));
    return { results, settled: segment.text, model };
  }

  test("is decoded anew where that goes on from what is settled", async () => {
    const { results, settled } = await finished(`${words.join(" ")} ${enough}`);
    expect(settled).not.toBe("");
    expect(results[0]!.chunk.text).toStartWith(settled);
    expect(results.map(({ chunk }) => chunk.finishReason)).toEqual(["eos", "eos"]);
  });

  test("keeps what is settled where it does not, and says so", async () => {
    const { results, settled, model } = await finished(enough);
    expect(results.length).toBe(1);
    expect(results[0]!.chunk).toMatchObject({ text: words.join(" "), finishReason: "short" });
    expect(results[0]!.chunk.text).toStartWith(settled);
    const tokens = model.sessions.reduce((sum, { counts }) => sum + counts.decodeMs, 0);
    expect(results[0]!.outputTokens).toBe(tokens);
  });
});

describe("a step that fails", () => {
  test("settles nothing; two in a row are stuck", async () => {
    const { segment } = segmentOf(() => loop("Well"));
    expect(await segment.step(soundOf(4))).toBe("Well and so on");
    expect(segment.isStuck).toBe(false);
    await segment.step(soundOf(6));
    expect(segment.isStuck).toBe(true);
    expect(segment.text).toBe("");
  });

  test("and one that does not are not stuck", async () => {
    let text: ReturnType<Script> = loop("Well");
    const { segment } = segmentOf(() => text);
    await segment.step(soundOf(4));
    text = count(8);
    await segment.step(soundOf(6));
    text = loop("Well");
    await segment.step(soundOf(8));
    expect(segment.isStuck).toBe(false);
  });

  test("may be an echo of the prompt's words", async () => {
    const options = decodeOptions({ prompt: "Anna, Emma, Otto, Ida, Max, Paul" });
    const { segment } = segmentOf(() => `${header}Anna, Emma, Otto, Ida, Max, Paul.`, options);
    await segment.step(soundOf(2));
    await segment.step(soundOf(4));
    expect(segment.text).toBe("");
    expect(segment.isStuck).toBe(true);
  });

  test("writes no more than its audio can hold", async () => {
    const { segment, model } = segmentOf(function* () {
      yield* idsOf(header);
      yield* babble();
    });
    await segment.step(soundOf(2));
    expect(model.sessions[0]!.counts.decodeMs).toBe(2 * 16 + 32);
    expect(segment.isStuck).toBe(false);
  });

  test("may be a model that throws; the permit is given back", async () => {
    const failure = new Error("it broke");
    let isBroken = true;
    const { segment } = segmentOf(() => (isBroken ? [...idsOf(header), failure] : count(3)));
    expect(await segment.step(soundOf(2)).catch((error: unknown) => error)).toBe(failure);
    isBroken = false;
    expect(await segment.step(soundOf(4))).toBe("One two three");
  });
});
