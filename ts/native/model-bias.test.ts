import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { SessionOptions } from "../contract/options.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder, speech } from "../testing/goldens.ts";
import { Model, type Session } from "./model.ts";

const folder = join(goldensFolder, "small-q4");
const none = { ids: new Int32Array(0), bonuses: new Float32Array(0) };

function start(model: Model, options: SessionOptions = { ignoreEos: true }): Session {
  const session = model.session(options);
  session.mel(speech(8000));
  const pads = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
  session.prefill(Int32Array.from([1, ...pads, 7]));
  return session;
}

function logits(session: Session): Float32Array {
  const values = new Float32Array(session.model.info.vocabSize);
  session.read("logits", values);
  return values;
}

/** log softmax of one of the values, in double precision. */
function logProbability(values: Float32Array, id: number): number {
  const top = values.reduce((a, b) => Math.max(a, b));
  const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
  return values[id]! - top - Math.log(sum);
}

/** Ids from the likeliest on. */
function ranking(values: Float32Array): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!);
}

describe("the log-probability of a choice", () => {
  test.each([
    ["the likeliest", {}, false],
    ["a sample", { temperature: 3, seed: 4 }, false],
    ["after penalties", { repetitionPenalty: 1.8, noRepeatNgram: 2 }, false],
    ["with a bias", {}, true],
    ["a sample with a bias", { temperature: 3, seed: 4 }, true],
  ])("is the model's own: %s", (_, options, isBiased) => {
    using model = Model.open(folder);
    using session = start(model, { ignoreEos: true, ...options });
    if (isBiased) session.bias(Int32Array.from([3, 9, 70]), Float32Array.from([9, 4, -2]));
    expect(session.logprob).toBeNaN();
    for (let step = 0; step < 8; step++) {
      const before = logits(session);
      const id = session.next()!;
      expect(session.logprob).toBeCloseTo(logProbability(before, id), 5);
    }
    session.rewind(session.report().position - 1);
    expect(session.logprob).toBeNaN();
  });

  test("is each session's own, and an end's", () => {
    using model = Model.open(folder);
    const end = model.info.tokens.eos[0]!;
    const sessions = [{}, { temperature: 2, seed: 1 }, {}, {}].map((options) =>
      start(model, options),
    );
    sessions[2]!.bias(Int32Array.of(end), Float32Array.of(0), true);
    const before = sessions.map(logits);
    const tokens = model.step(sessions);
    expect(tokens[2]).toBeNull();
    for (const [i, session] of sessions.entries()) {
      const expected = logProbability(before[i]!, tokens[i] ?? end);
      expect(session.logprob).toBeCloseTo(expected, 5);
    }
    const kept = sessions[2]!.logprob;
    model.step(sessions);
    expect(sessions[2]!.logprob).toBe(kept);
  });
});

describe("a bias", () => {
  test("moves the choice by exactly its bonus", () => {
    using model = Model.open(folder);
    using session = start(model);
    const before = logits(session);
    const [best, second, third] = ranking(before) as [number, number, number];
    const at = session.report().position;
    const prompt = Int32Array.of(7);
    const choose = (ids: number[], bonuses: number[], only = false) => {
      session.rewind(at - 1);
      session.prefill(prompt);
      session.bias(Int32Array.from(ids), Float32Array.from(bonuses), only);
      return session.next();
    };
    const gap = before[best]! - before[third]!;
    expect(choose([third], [gap - 0.01])).toBe(best);
    expect(choose([third], [gap + 0.01])).toBe(third);
    expect(choose([best], [-1000])).toBe(second);
    expect(choose([second, best], [-1000, -1000])).toBe(third);
    expect(choose([third, second], [0, 0], true)).toBe(second);
    expect(choose([third, second], [gap, 0], true)).toBe(third);
    expect(choose([], [])).toBe(best);
  });

  test("holds until the next call, rewinds included, and the logits are the model's", () => {
    using model = Model.open(folder);
    using session = start(model);
    const plain = logits(session);
    session.bias(Int32Array.of(11), Float32Array.of(500));
    expect(logits(session)).toEqual(plain);
    expect([session.next(), session.next()]).toEqual([11, 11]);
    session.rewind(session.report().position - 2);
    session.prefill(Int32Array.of(7));
    expect(model.step([session])).toEqual([11]);
    session.bias(none.ids, none.bonuses);
    expect(session.next()).not.toBe(11);
  });

  test.each<[string, SessionOptions]>([
    ["argmax", {}],
    ["temperature", { temperature: 5, seed: 2 }],
    ["repetition penalty", { repetitionPenalty: 2 }],
    ["no-repeat n-gram", { noRepeatNgram: 2 }],
    ["all of them", { temperature: 5, repetitionPenalty: 2, noRepeatNgram: 1 }],
  ])("that allows a few tokens gives no other: %s", (_, options) => {
    using model = Model.open(folder);
    using session = start(model, { ignoreEos: true, ...options });
    const allowed = [3, 40, 41];
    session.bias(Int32Array.from(allowed), new Float32Array(3), true);
    for (let step = 0; step < 12; step++) expect(allowed).toContain(session.next()!);
  });

  test("is one session's among others", () => {
    using model = Model.open(folder);
    const count = 6;
    const ids = Int32Array.from({ length: 130 }, (_, i) => 3 * i);
    const bonuses = ids.map((id) => (id % 5) - 2);
    const prepare = (i: number) => {
      const session = start(model, {
        ignoreEos: true,
        ...(i === 3 ? { repetitionPenalty: 2 } : {}),
      });
      if (i % 2 === 1) session.bias(ids, Float32Array.from(bonuses));
      return session;
    };
    const alone = Array.from({ length: count }, (_, i) => {
      using session = prepare(i);
      return Array.from({ length: 8 }, () => session.next());
    });
    const sessions = alone.map((_, i) => prepare(i));
    const steps = Array.from({ length: 8 }, () => model.step(sessions));
    expect(alone.map((_, i) => steps.map((step) => step[i] ?? null))).toEqual(alone);
  });

  test("is refused as a whole", async () => {
    using model = Model.open(folder);
    const { vocabSize } = model.info;
    using session = start(model);
    session.bias(Int32Array.of(11), Float32Array.of(500));
    const refused: [ids: number[], bonuses: number[], code: "usage" | "input", why: string][] = [
      [[1, 2], [1], "usage", "2 ids, but 1 bonuses"],
      [[1, vocabSize], [1, 1], "input", `${vocabSize} is outside of the vocabulary`],
      [[-1], [1], "input", "-1 is outside"],
      [[1, 2, 1], [1, 1, 1], "usage", "1 stands twice"],
      [[1], [Number.NaN], "usage", "not a finite number"],
      [[1], [Number.NEGATIVE_INFINITY], "usage", "not a finite number"],
    ];
    for (const [ids, bonuses, code, why] of refused) {
      const call = () => session.bias(Int32Array.from(ids), Float32Array.from(bonuses));
      await expectAsrError(call, code, why);
    }
    await expectAsrError(() => session.bias(none.ids, none.bonuses, true), "usage", "no token");
    expect(session.next()).toBe(11);
    session.close();
    await expectAsrError(() => session.bias(none.ids, none.bonuses), "usage", "is closed");
    await expectAsrError(() => session.logprob, "usage", "is closed");
  });
});
