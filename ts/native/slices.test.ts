import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder, speech } from "../testing/goldens.ts";
import { Model, type Session } from "./model.ts";

// Mel, encode and prefill are done slice by slice, and nobody can tell from the results.

const folder = join(goldensFolder, "small-q4");
const second = 16_000;

/** As little in a slice as can be: a layer. */
const smallest = { sliceOperations: 1 };

/** Slices that are left after each call of `work`. */
function slicesOf(session: Session): number[] {
  const left: number[] = [];
  do left.push(session.work());
  while (left.at(-1)! > 0);
  return left;
}

function promptOf(session: Session, audioTokens: number): Int32Array {
  const { audioPad } = session.model.info.tokens;
  return Int32Array.from([5, 6, ...new Int32Array(audioTokens).fill(audioPad), 7]);
}

/** What every stage gave, and the tokens after it. */
function results(session: Session, frames: number, audioTokens: number) {
  const { melBins, hiddenSize, vocabSize } = session.model.info;
  const read = (stage: "mel" | "encoder" | "logits", length: number) => {
    const values = new Float32Array(length);
    session.read(stage, values);
    return values;
  };
  return {
    mel: read("mel", melBins * frames),
    encoder: read("encoder", hiddenSize * audioTokens),
    logits: read("logits", vocabSize),
    tokens: Array.from({ length: 4 }, () => session.next()),
    position: session.report().position,
  };
}

describe("results are the same to the bit", () => {
  test.each([
    ["a moment", 0.3],
    ["a chunk", 30],
    ["many windows and many prompt tokens", 130.3],
  ])("slice by slice: %s", (_, seconds) => {
    const samples = speech(seconds * second);
    using model = Model.open(folder, { precision: "full" });
    using atOnce = model.session({ ignoreEos: true });
    const frames = atOnce.mel(samples);
    const audioTokens = atOnce.encode();
    const prompt = promptOf(atOnce, audioTokens);
    expect(atOnce.prefill(prompt)).toBe(prompt.length);
    const expected = results(atOnce, frames, audioTokens);

    using slow = Model.open(folder, { precision: "full", ...smallest });
    using session = slow.session({ ignoreEos: true });
    const { encoderLayers, decoderLayers } = slow.info;
    expect(session.mel(samples)).toBe(frames);
    expect(slicesOf(session).length).toBe(Math.ceil(frames / 6400));
    expect(session.encode()).toBe(audioTokens);
    const windows = Math.ceil(frames / slow.info.windowFrames);
    expect(slicesOf(session).length).toBe(
      Math.ceil(Math.ceil(frames / 100) / 5) + encoderLayers * Math.ceil(windows / 5),
    );
    expect(session.prefill(prompt)).toBe(prompt.length);
    const left = slicesOf(session);
    expect(left.length).toBe(decoderLayers * Math.ceil(prompt.length / 512));
    expect(left).toEqual(Array.from(left, (_, done) => left.length - 1 - done));
    expect(session.work()).toBe(0);
    expect(results(session, frames, audioTokens)).toEqual(expected);
  });

  test("when sessions take turns, and others step between their slices", () => {
    using model = Model.open(folder, { ...smallest });
    const run = (seconds: number) => {
      const session = model.session({ ignoreEos: true });
      session.mel(speech(seconds * second));
      session.prefill(promptOf(session, session.encode()));
      return session;
    };
    const alone = [2, 21].map((seconds) => {
      using session = run(seconds);
      return Array.from({ length: 40 }, () => session.next());
    });
    using writing = run(2);
    using fed = model.session({ ignoreEos: true });
    const written: (number | null)[] = [];
    const between = () => {
      for (; fed.work() > 0; written.push(...model.step([writing])));
    };
    fed.mel(speech(21 * second));
    between();
    const audioTokens = fed.encode();
    between();
    fed.prefill(promptOf(fed, audioTokens));
    between();
    expect(written.length).toBeGreaterThan(5);
    expect(written).toEqual(alone[0]!.slice(0, written.length));
    expect(Array.from({ length: 40 }, () => fed.next())).toEqual(alone[1]!);
  });

  test("when the windows that have not changed are kept", () => {
    using model = Model.open(folder, { precision: "full", ...smallest });
    const { windowTokens, hiddenSize } = model.info;
    const embeddings = (keep: number) => {
      using session = model.session();
      session.mel(speech(20 * second));
      session.encode();
      session.mel(speech(20 * second));
      const values = new Float32Array(session.encode({ keep }) * hiddenSize);
      if (keep > 0) expect(slicesOf(session).length).toBeLessThan(2 + 2 * model.info.encoderLayers);
      session.read("encoder", values);
      return values;
    };
    expect(embeddings(windowTokens)).toEqual(embeddings(0));
    expect(embeddings(2 * windowTokens)).toEqual(embeddings(0));
  });
});

describe("unfinished work", () => {
  /** A session that has written some tokens, and a longer text to feed it. */
  function written(model: Model): { session: Session; position: number; more: Int32Array } {
    const session = model.session({ ignoreEos: true });
    session.mel(speech(2 * second));
    session.prefill(promptOf(session, session.encode()));
    for (let token = 0; token < 3; token++) session.next();
    const more = Int32Array.from({ length: 600 }, (_, i) => i % 300);
    return { session, position: session.report().position, more };
  }

  /** What the session would write next. */
  function logitsOf(session: Session): Float32Array {
    const values = new Float32Array(session.model.info.vocabSize);
    session.read("logits", values);
    return values;
  }

  test("is dropped by a rewind to where it began, and by nothing less", () => {
    using model = Model.open(folder, { precision: "full", ...smallest });
    const { session, position, more } = written(model);
    session.rewind(position);
    session.prefill(more.subarray(0, 2));
    const expected = logitsOf(session);

    for (const slices of [0, 1, 3]) {
      session.rewind(position);
      session.prefill(more);
      for (let slice = 0; slice < slices; slice++) expect(session.work()).toBeGreaterThan(0);
      expect(session.report().position).toBe(position + more.length);
      session.rewind(position);
      expect(session.work()).toBe(0);
      expect(session.report().position).toBe(position);
      session.prefill(more.subarray(0, 2));
      expect(logitsOf(session)).toEqual(expected);
    }

    // A part of the prompt stays, so it is fed first.
    session.rewind(position);
    session.prefill(more);
    session.rewind(position + 2);
    session.rewind(position + 1);
    session.prefill(more.subarray(1, 2));
    expect(session.report().position).toBe(position + 2);
    expect(logitsOf(session).every(Number.isFinite)).toBe(true);
  });

  test("is dropped by a new mel, as if it had never been begun", () => {
    using model = Model.open(folder, smallest);
    using session = model.session();
    session.mel(speech(100 * second));
    expect(session.work()).toBe(1);
    expect(session.mel(speech(second))).toBe(100);
    expect(session.encode()).toBe(13);
    expect(slicesOf(session).at(-1)).toBe(0);
  });

  test("is finished by the call that needs its result", () => {
    using model = Model.open(folder, { precision: "full", ...smallest });
    const { session, more } = written(model);
    session.prefill(more);
    session.work();
    // A new mel has no use for it, but a later step has.
    session.mel(speech(second));
    expect(session.encode()).toBe(13);
    const expected = (() => {
      const { session: other } = written(model);
      other.prefill(more);
      other.finish();
      return other.next();
    })();
    expect(session.next()).toBe(expected);
  });

  test("goes with its session, and none is there after an error", async () => {
    using model = Model.open(folder, smallest);
    const { session, position, more } = written(model);
    await expectAsrError(() => session.prefill(Int32Array.of(...more, -1)), "input");
    await expectAsrError(() => session.mel(Float32Array.of(0, Number.NaN)), "input");
    expect(session.work()).toBe(0);
    expect(session.report().position).toBe(position);
    session.prefill(more);
    session.work();
    session.close();
    await expectAsrError(() => session.work(), "usage", "this Session is closed");
  });
});

test("the time of a stage is that of its slices", () => {
  using model = Model.open(folder, smallest);
  using session = model.session();
  session.mel(speech(200 * second));
  session.finish();
  const { melMs } = session.report();
  session.encode();
  const times: number[] = [];
  while (session.work() > 0) times.push(session.report().encodeMs);
  expect(times.length).toBeGreaterThan(20);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]!).toBeLessThan(times.at(-1)! / 3);
  expect(session.report().melMs).toBe(melMs);
});

test("a budget that is no count is refused", async () => {
  await expectAsrError(
    () => Model.open(folder, { sliceOperations: 0 }),
    "usage",
    "sliceOperations",
  );
});
