import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { AlignmentHead } from "../checkpoint/alignment-heads.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { difference, goldenSet, goldensFolder, readNpy, speech } from "../testing/goldens.ts";
import { Model, type ModelOpenOptions, type Session } from "./model.ts";

// Attention over the audio: what the official model attends to, however the tokens came.

const small = join(goldensFolder, "small-q4");
const all: readonly AlignmentHead[] = [0, 1].flatMap((layer) =>
  [0, 1, 2, 3].map((head): AlignmentHead => [layer, head]),
);
const some: readonly AlignmentHead[] = [
  [1, 2],
  [0, 3],
  [1, 0],
];

/** As far as the order of sums may move what is computed in float32. */
const rounding = 1e-5;

function opened(options: ModelOpenOptions = {}): Model {
  return Model.open(small, { precision: "full", alignmentHeads: some, ...options });
}

/** Begins a session whose audio is encoded; gives it with its prompt. */
function encoded(model: Model, seconds: number): { session: Session; prompt: Int32Array } {
  const session = model.session({ alignment: true, ignoreEos: true });
  session.mel(speech(seconds * 16_000));
  const { audioPad } = session.model.info.tokens;
  const pads = new Int32Array(session.encode()).fill(audioPad);
  return { session, prompt: Int32Array.of(5, 6, ...pads, 7, 8, 9) };
}

/** Where the audio of such a prompt ends. */
const textBegins = (prompt: Int32Array) => prompt.length - 3;

function written(session: Session, count: number): number[] {
  return Array.from({ length: count }, () => session.next() ?? -1);
}

describe.each(["small", "small-q4"])("%s attends as the official model does", (name) => {
  const set = goldenSet(name);
  const golden = set.cases.find(({ attention }) => attention !== undefined)!;
  const official = readNpy(set.folder, golden.attention!.file);
  const [layers, heads, positions, width] = official.shape as [number, number, number, number];

  test.each([
    ["full", 1e-4],
    // Rounded activations move weights of random models visibly, but not to another place.
    ["auto", 0.1],
  ] as const)("%s", (precision, tolerance) => {
    expect([layers, heads, width]).toEqual([2, 4, golden.audioTokens]);
    using model = Model.open(set.folder, { precision, alignmentHeads: all });
    using session = model.session({ alignment: true, ignoreEos: true });
    session.mel(speech(golden.samples));
    session.encode();
    const ids = Int32Array.from(readNpy(set.folder, golden.inputIds.file).data);
    session.prefill(ids);
    // The official code does not feed the last token that it chooses.
    const tokens = [...readNpy(set.folder, golden.tokens.file).data].slice(0, -1);
    expect(written(session, tokens.length)).toEqual(tokens);
    const from = ids.lastIndexOf(model.info.tokens.audioPad) + 1;
    expect(session.report().position - from).toBe(positions);
    const mean = new Float32Array(positions * width);
    for (const head of all.keys()) {
      const rows = session.alignment({ from, head });
      const size = positions * width;
      const expected = official.data.slice(head * size, (head + 1) * size);
      expect(difference(rows, expected)).toBeLessThanOrEqual(tolerance);
      for (const [i, weight] of rows.entries()) mean[i]! += weight / all.length;
    }
    expect(difference(session.alignment({ from }), mean)).toBeLessThanOrEqual(rounding);
  });
});

describe("the same attention, however tokens are fed", () => {
  const count = 70;

  /** Of `count` tokens that were chosen one by one. */
  function reference(model: Model, seconds: number) {
    const { session, prompt } = encoded(model, seconds);
    session.prefill(prompt);
    const tokens = written(session, count);
    const from = textBegins(prompt);
    return { session, prompt, tokens, from, rows: session.alignment({ from }) };
  }

  test("chosen or prefilled, at once or in parts", () => {
    using model = opened();
    const { prompt, tokens, rows, from } = reference(model, 3);
    const cuts = [[], [prompt.length], [9], [from], [from + 1, from + 2], [from + 40]];
    for (const cut of cuts) {
      const { session } = encoded(model, 3);
      const ids = Int32Array.of(...prompt, ...tokens);
      const ends = [...cut, ids.length];
      for (const [i, end] of ends.entries()) session.prefill(ids.subarray(ends[i - 1] ?? 0, end));
      expect(difference(session.alignment({ from }), rows)).toBeLessThanOrEqual(rounding);
    }
  });

  test("of some positions and of a head", () => {
    using model = opened();
    const { session, rows, from } = reference(model, 3);
    const width = rows.length / (count + 3);
    for (const [first, last] of [
      [0, 1],
      [2, 3],
      [31, 68],
      [72, 73],
    ] as const) {
      const part = session.alignment({ from: from + first, to: from + last });
      const expected = rows.slice(first * width, last * width);
      expect(difference(part, expected)).toBeLessThanOrEqual(rounding);
    }
    const heads = some.map((_, head) => session.alignment({ from, head }));
    const mean = rows.map((_, i) => heads.reduce((sum, head) => sum + head[i]!, 0) / some.length);
    expect(difference(rows, mean)).toBeLessThanOrEqual(rounding);
    expect(difference(heads[0]!, heads[1]!)).toBeGreaterThan(0.01);
    for (let i = 0; i < rows.length; i += width) {
      const sum = rows.subarray(i, i + width).reduce((total, weight) => total + weight, 0);
      expect(sum).toBeCloseTo(1, 4);
    }
    expect(session.alignment({ from, to: from })).toHaveLength(0);
  });

  test("in company, of other lengths", () => {
    using model = opened();
    const alone = [3, 1.2, 9].map((seconds) => reference(model, seconds));
    const together = [3, 1.2, 9].map((seconds) => encoded(model, seconds));
    for (const { session, prompt } of together) session.prefill(prompt);
    const sessions = together.map(({ session }) => session);
    for (let step = 0; step < count; step++) model.step(sessions);
    for (const [i, { rows, from }] of alone.entries()) {
      expect(difference(sessions[i]!.alignment({ from }), rows)).toBeLessThanOrEqual(rounding);
    }
  });

  test("after a rewind, into blocks and into the audio", () => {
    using model = opened();
    const { session, prompt, tokens, rows, from } = reference(model, 9);
    for (const back of [1, 5, 33, 64, 69, 70, 73, 80, 120]) {
      const position = from + 3 + count - back;
      session.rewind(position);
      const ids = Int32Array.of(...prompt, ...tokens).subarray(position, position + back);
      const atOnce = Math.max(1, back - 7);
      session.prefill(ids.subarray(0, atOnce));
      for (const id of ids.subarray(atOnce)) session.prefill(Int32Array.of(id));
      expect(difference(session.alignment({ from }), rows)).toBeLessThanOrEqual(rounding);
    }
  });

  test("with audio that grew behind text", () => {
    using model = opened();
    const { prompt, tokens, rows, from } = reference(model, 9);
    const { session } = encoded(model, 9);
    const kept = 60;
    session.prefill(Int32Array.of(...prompt.subarray(0, kept), 7, 8, 9, 11, 12));
    session.rewind(kept);
    session.prefill(Int32Array.of(...prompt.subarray(kept), ...tokens));
    expect(difference(session.alignment({ from }), rows)).toBeLessThanOrEqual(rounding);
  });

  test("after a prefill that was dropped", () => {
    using model = opened({ sliceOperations: 1 });
    const { session, tokens, rows, from } = reference(model, 3);
    session.prefill(Int32Array.of(...tokens, ...tokens));
    session.work();
    session.rewind(from + 3 + count);
    expect(difference(session.alignment({ from }), rows)).toBeLessThanOrEqual(rounding);
  });

  test("of more audio and text than is computed at once", () => {
    using model = opened();
    const { session, prompt } = encoded(model, 200);
    session.prefill(prompt);
    const long = Int32Array.from({ length: 700 }, (_, i) => 10 + (i % 300));
    session.prefill(long);
    const from = textBegins(prompt);
    const rows = session.alignment({ from });
    const width = prompt.length - 5;
    expect(rows).toHaveLength(703 * width);
    const last = session.alignment({ from: from + 702 });
    expect(difference(last, rows.subarray(702 * width))).toBeLessThanOrEqual(rounding);
  });
});

describe("what is no attention is refused", () => {
  test("of sessions and models that keep none", async () => {
    using model = opened();
    using session = model.session();
    session.mel(speech(8_000));
    session.encode();
    session.prefill(Int32Array.of(model.info.tokens.audioPad));
    await expectAsrError(() => session.alignment({ from: 1, to: 2 }), "usage", "opened with it");
    using plain = opened({ alignmentHeads: [] });
    expect(plain.info.alignmentHeads).toBe(0);
    await expectAsrError(() => plain.session({ alignment: true }), "usage", "alignmentHeads");
  });

  test("at other positions and of other heads", async () => {
    using model = opened();
    const { session, prompt } = encoded(model, 1);
    await expectAsrError(() => session.alignment({ from: 0, to: 1 }), "usage", "after a prefill");
    session.prefill(prompt);
    const from = textBegins(prompt);
    await expectAsrError(() => session.alignment({ from: from - 1 }), "usage", `from ${from}`);
    await expectAsrError(() => session.alignment({ from, to: from + 9 }), "usage", "position");
    await expectAsrError(
      () => session.alignment({ from: from + 9, to: from + 10 }),
      "usage",
      "from",
    );
    await expectAsrError(() => session.alignment({ from, head: 3 }), "usage", "head 3 of 3");
    await expectAsrError(() => session.alignment({ from, head: -2 }), "usage", "head -2");
    await expectAsrError(() => session.alignment({ from: 4, to: 3 }), "usage", "from 4 to 3");
    await expectAsrError(() => session.alignment({ from: Number.NaN }), "usage", "NaN");
  });

  test("by heads that the model does not have", async () => {
    const open = (heads: unknown) => opened({ alignmentHeads: heads as AlignmentHead[] }).close();
    for (const heads of [[[2, 0]], [[0, 4]], [[-1, 0]], [[0]], [[0, 0, 0]]]) {
      await expectAsrError(() => open(heads), "usage", "a layer below 2 and a head below 4");
    }
    await expectAsrError(() => open([some[0], some[0]]), "usage", "twice");
    await expectAsrError(() => open("all"), "usage", "alignmentHeads");
  });
});
