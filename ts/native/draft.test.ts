import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { difference, goldensFolder, speech } from "../testing/goldens.ts";
import { Model, type ModelOpenOptions, type Session, type SessionOpenOptions } from "./model.ts";

// A draft changes how long choices take, and not which they are.

const length = 24;
const ignoreEos = true;

function opened(options: ModelOpenOptions = {}): Model {
  return Model.open(join(goldensFolder, "small-q4"), { precision: "full", ...options });
}

/** Begins a session with encoded audio; gives it with its prompt. */
function encoded(model: Model, options: SessionOpenOptions = { ignoreEos }) {
  const session = model.session(options);
  session.mel(speech(48_000));
  const pads = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
  return { session, prompt: Int32Array.of(5, 6, ...pads, 7, 8) };
}

/** The same with the prompt fed, and behind it a draft. */
function prompted(model: Model, draft?: Int32Array, options?: SessionOpenOptions): Session {
  const { session, prompt } = encoded(model, options);
  expect(session.prefill(prompt, draft)).toBe(prompt.length);
  return session;
}

interface Written {
  id: number | null;
  logprob: number;
}

function written(session: Session, count = length): Written[] {
  return Array.from({ length: count }, () => ({ id: session.next(), logprob: session.logprob }));
}

function idsOf(tokens: readonly Written[]): Int32Array {
  return Int32Array.from(tokens, ({ id }) => id ?? -1);
}

function logits(session: Session): Float32Array {
  const values = new Float32Array(session.model.info.vocabSize);
  session.read("logits", values);
  return values;
}

/** Both wrote the same, found it as likely, and choose from the same. */
function expectSame(drafted: Session, plain: Session, count = length): Written[] {
  const [found, expected] = [written(drafted, count), written(plain, count)];
  expect(idsOf(found)).toEqual(idsOf(expected));
  for (const [i, { logprob }] of found.entries()) {
    expect(logprob).toBeCloseTo(expected[i]!.logprob, 3);
  }
  expect(difference(logits(drafted), logits(plain))).toBeLessThanOrEqual(1e-4);
  expect(drafted.report()).toMatchObject({
    position: plain.report().position,
    tokens: plain.report().tokens,
  });
  return found;
}

/** A draft of which the first `right` tokens are those that are chosen. */
function rightUntil(tokens: Int32Array, right: number): Int32Array {
  return tokens.map((id, i) => (i < right ? id : id ^ 1));
}

test.each([0, 1, 7, 16])("of 16 tokens of which %d are right, those are chosen", (right) => {
  using model = opened();
  const tokens = idsOf(written(prompted(model)));
  const draft = rightUntil(tokens.subarray(0, 16), right);
  expectSame(prompted(model, draft), prompted(model));
});

test("a draft is fed in slices, and dropped with its prefill", () => {
  using model = opened({ sliceOperations: 1 });
  const tokens = idsOf(written(prompted(model)));
  const { session, prompt } = encoded(model);
  session.finish();
  expect(session.prefill(prompt, tokens)).toBe(prompt.length);
  session.work();
  expect(session.rewind(0)).toBe(0);
  session.prefill(prompt, tokens);
  let slices = 1;
  while (session.work() > 0) slices++;
  // Each layer, and the head for each token that another may follow.
  expect(slices).toBe(model.info.decoderLayers + tokens.length);
  expectSame(session, prompted(model));
});

test("what is left of a draft is forgotten by a prefill and by a rewind", () => {
  using model = opened();
  const [plain, drafted] = [prompted(model), prompted(model)];
  const tokens = idsOf(written(prompted(model)));
  const { prompt } = encoded(model);
  for (const session of [plain, drafted]) {
    session.rewind(2);
    session.prefill(prompt.subarray(2), session === drafted ? tokens : undefined);
    expect(idsOf(written(session, 3))).toEqual(tokens.subarray(0, 3));
    session.prefill(Int32Array.of(9, 10), session === drafted ? tokens : undefined);
    expect(session.report().position).toBe(prompt.length + 5);
    session.next();
    session.rewind(prompt.length + 4);
    session.prefill(Int32Array.of(10));
  }
  expectSame(drafted, plain);
});

describe("a choice that is not the best", () => {
  test("is made of each token's bias", () => {
    using model = opened();
    const biased = (session: Session) => {
      const found: number[] = [];
      for (let i = 0; i < length; i++) {
        // Every third choice is forced, every other one has a favourite.
        if (i % 3 === 0) session.bias(Int32Array.of(40 + i), Float32Array.of(0), true);
        else session.bias(Int32Array.of(60 + i), Float32Array.of(i % 2 === 0 ? 2 : -2));
        found.push(session.next() ?? -1);
      }
      return found;
    };
    const tokens = biased(prompted(model));
    expect(tokens).toContain(43);
    const free = idsOf(written(prompted(model)));
    for (const draft of [Int32Array.from(tokens), free]) {
      expect(biased(prompted(model, draft))).toEqual(tokens);
    }
  });

  test.each<SessionOpenOptions>([
    { temperature: 0.9, seed: 7 },
    { repetitionPenalty: 1.3 },
    { noRepeatNgram: 2 },
  ])("is made by %p", (settings) => {
    using model = opened();
    const options = { ignoreEos, ...settings };
    const tokens = idsOf(written(prompted(model, undefined, options)));
    for (const right of [0, 9, length]) {
      const draft = rightUntil(tokens, right);
      expect(idsOf(written(prompted(model, draft, options)))).toEqual(tokens);
    }
  });
});

test("an end token that is chosen within a draft ends the session there", () => {
  using model = opened();
  const [eos] = model.info.tokens.eos;
  const tokens = idsOf(written(prompted(model)));
  const session = prompted(model, tokens, {});
  expect(idsOf(written(session, 4))).toEqual(tokens.subarray(0, 4));
  const { position } = session.report();
  session.bias(Int32Array.of(eos!), Float32Array.of(0), true);
  expect([session.next(), session.next()]).toEqual([null, null]);
  expect(session.logprob).toBeLessThan(0);
  expect(session.report()).toMatchObject({ position, tokens: 4 });
});

test("sessions with drafts and without step together", () => {
  using model = opened();
  const tokens = idsOf(written(prompted(model)));
  const drafts = [undefined, tokens, rightUntil(tokens, 3), rightUntil(tokens.subarray(0, 9), 9)];
  const sessions = drafts.map((draft) => prompted(model, draft));
  for (const id of tokens) expect(model.step(sessions)).toEqual(sessions.map(() => id));
});

test("the attention of a draft is told as far as it was chosen", async () => {
  using model = opened({
    alignmentHeads: [
      [1, 2],
      [0, 3],
    ],
  });
  const options = { ignoreEos, alignment: true };
  const [plain, drafted] = [
    prompted(model, undefined, options),
    prompted(model, rightUntil(idsOf(written(prompted(model))), 9), options),
  ];
  const { prompt } = encoded(model);
  const from = prompt.length - 2;
  for (const count of [4, 12]) {
    written(plain, count);
    written(drafted, count);
    const rows = drafted.alignment({ from });
    expect(difference(rows, plain.alignment({ from }))).toBeLessThanOrEqual(1e-4);
    const to = drafted.report().position + 1;
    await expectAsrError(
      () => drafted.alignment({ from, to }),
      "usage",
      "no attention of position",
    );
  }
});

test("a draft of other ids than the vocabulary has, or of too many, is refused", async () => {
  using model = opened();
  const { session, prompt } = encoded(model);
  const { vocabSize, maxPositions } = model.info;
  await expectAsrError(() => session.prefill(prompt, Int32Array.of(1, vocabSize)), "input", "id");
  await expectAsrError(() => session.prefill(prompt, Int32Array.of(-1)), "input", "id -1");
  const many = new Int32Array(maxPositions - prompt.length + 1);
  await expectAsrError(() => session.prefill(prompt, many), "input", "free positions");
  expect(session.report().position).toBe(0);
  expect(session.prefill(prompt, Int32Array.of(1))).toBe(prompt.length);
});
