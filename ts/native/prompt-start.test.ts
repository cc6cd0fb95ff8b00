import { expect, test } from "bun:test";
import { join } from "node:path";
import { goldensFolder, speech } from "../testing/goldens.ts";
import { Model, type ModelOpenOptions, type Session } from "./model.ts";

// The text with which a prompt begins is not fed again where the last prompt began the same, which
// changes nothing.

const beginning = [5, 6, 9, 11, 12, 13, 14, 15, 16];

function opened(options: ModelOpenOptions = {}): Model {
  return Model.open(join(goldensFolder, "small-q4"), options);
}

/** A session with encoded audio, and its prompt. */
function encoded(model: Model, text: readonly number[] = beginning, seconds = 3) {
  const session = model.session({ ignoreEos: true });
  session.mel(speech(seconds * 16_000));
  const pads = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
  return { session, prompt: Int32Array.of(...text, ...pads, 7, 8) };
}

function prompted(model: Model, text?: readonly number[], seconds?: number): Session {
  const { session, prompt } = encoded(model, text, seconds);
  expect(session.prefill(prompt)).toBe(prompt.length);
  return session;
}

function logits(session: Session): Float32Array {
  const values = new Float32Array(session.model.info.vocabSize);
  session.read("logits", values);
  return values;
}

/** What a model that has seen no other prompt gives. */
function fresh(options: ModelOpenOptions, text?: readonly number[], seconds?: number) {
  using model = opened(options);
  return logits(prompted(model, text, seconds));
}

test.each(["auto", "full"] as const)(
  "the second prompt gives what it would as the first: %s",
  (precision) => {
    using model = opened({ precision });
    prompted(model);
    expect(logits(prompted(model))).toEqual(fresh({ precision }));
    expect(logits(prompted(model, undefined, 1))).toEqual(fresh({ precision }, undefined, 1));
  },
);

test("other beginnings, shorter, longer or none, are fed", () => {
  using model = opened();
  const others = [beginning.slice(0, 4), [...beginning, 17], [], [21, ...beginning.slice(1)]];
  for (const text of [beginning, ...others, beginning]) {
    expect(logits(prompted(model, text))).toEqual(fresh({}, text));
  }
});

test("a beginning of hundreds of tokens is fed each time", () => {
  using model = opened();
  const long = Array.from({ length: 300 }, (_, i) => 5 + (i % 60));
  const expected = fresh({}, long);
  expect(logits(prompted(model, long))).toEqual(expected);
  expect(logits(prompted(model, long))).toEqual(expected);
});

test("a prefill that is dropped in the midst leaves nothing, and goes on from anywhere", () => {
  using model = opened({ sliceOperations: 1 });
  const expected = logits(prompted(model));
  const { session, prompt } = encoded(model);
  session.prefill(prompt);
  session.work();
  session.rewind(0);
  expect(session.report().position).toBe(0);
  session.prefill(prompt);
  expect(logits(session)).toEqual(expected);
  session.rewind(4);
  session.prefill(prompt.subarray(4));
  expect(logits(session)).toEqual(expected);
});

test("tokens that follow are those of a prompt that was fed whole, with a draft, too", () => {
  const ids = (session: Session) => Array.from({ length: 12 }, () => session.next());
  using first = opened();
  const expected = ids(prompted(first));
  using model = opened();
  prompted(model);
  expect(ids(prompted(model))).toEqual(expected);
  const { session, prompt } = encoded(model);
  session.prefill(
    prompt,
    Int32Array.from(expected.slice(0, 5), (id) => id ?? 0),
  );
  expect(ids(session)).toEqual(expected);
});
