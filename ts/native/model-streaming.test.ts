import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { difference, goldensFolder, speech } from "../testing/goldens.ts";
import { growth } from "../testing/memory-growth.ts";
import { Model, type Session } from "./model.ts";

// What audio that grows takes: windows that are kept, pads that come in parts.

const folder = join(goldensFolder, "small-q4");
const precisions = ["auto", "full"] as const;

function embeddings(session: Session, count: number): Float32Array {
  const values = new Float32Array(count * session.model.info.hiddenSize);
  session.read("encoder", values);
  return values;
}

function logits(session: Session): Float32Array {
  const values = new Float32Array(session.model.info.vocabSize);
  session.read("logits", values);
  return values;
}

describe.each(precisions)("windows that are kept, %s", (precision) => {
  const second = 16_000;
  test.each([
    ["and part of one", 20.3],
    ["and less than a chunk", 16.4],
    ["and a few frames", 16.05],
    ["and nothing more", 16],
    ["and a whole window", 24],
  ])("%s equal the whole", (_, seconds) => {
    using model = Model.open(folder, { precision });
    const { windowTokens, windowFrames } = model.info;
    expect([windowTokens, windowFrames]).toEqual([104, 800]);
    using session = model.session();
    session.mel(speech(seconds * second));
    const count = session.encode();
    const whole = embeddings(session, count);
    for (const windows of [2, 1, 0]) {
      expect(session.encode({ keep: windows * windowTokens })).toBe(count);
      expect(difference(embeddings(session, count), whole)).toBeLessThanOrEqual(1e-5);
    }
  });

  test("are those of the audio before", () => {
    using model = Model.open(folder, { precision });
    const { windowTokens, hiddenSize } = model.info;
    using session = model.session();
    const samples = speech(20 * second);
    session.mel(samples.subarray(0, 11 * second));
    const before = embeddings(session, session.encode());
    session.mel(samples);
    const grown = embeddings(session, session.encode({ keep: windowTokens }));
    const kept = windowTokens * hiddenSize;
    expect(grown.subarray(0, kept)).toEqual(before.subarray(0, kept));
    const anew = embeddings(session, session.encode());
    expect(difference(grown.subarray(kept), anew.subarray(kept))).toBeLessThanOrEqual(1e-5);
  });
});

describe.each(precisions)("audio that has grown, %s", (precision) => {
  const second = 16_000;

  /** The samples behind silence; what follows the first five seconds is so much louder. */
  function growing(loudness: number): Float32Array {
    const samples = speech(12 * second).map((x, i) => x * (i < 5 * second ? 0.01 : loudness));
    return samples.fill(0, 0, second);
  }

  function heard(session: Session, samples: Float32Array) {
    const frames = session.mel(samples);
    session.finish();
    const mel = new Float32Array(128 * frames);
    session.read("mel", mel);
    const count = session.encode();
    let slices = 1;
    while (session.work() > 0) slices++;
    return { mel, slices, embeddings: embeddings(session, count) };
  }

  test.each([
    ["no louder", 0.01],
    ["so loud that the floor of what came before rises", 1],
  ])("%s is what it is when all of it is new", (_, loudness) => {
    using model = Model.open(folder, { precision });
    using session = model.session();
    const samples = growing(loudness);
    for (const seconds of [2, 3.3, 5.3, 5.3, 7.6, 7.602, 7.3, 9.5, 12, 0.5, 4]) {
      const part = samples.subarray(0, seconds * second);
      const grown = heard(session, part);
      using fresh = model.session();
      const whole = heard(fresh, part);
      expect(grown.mel).toEqual(whole.mel);
      expect(difference(grown.embeddings, whole.embeddings)).toBeLessThanOrEqual(1e-5);
    }
  });

  test("goes through the stem where it is new", () => {
    using model = Model.open(folder, { precision });
    using session = model.session();
    const samples = growing(0.01);
    const slices = [5.9, 7.9].map(
      (seconds) => heard(session, samples.subarray(0, seconds * second)).slices,
    );
    using fresh = model.session();
    const anew = heard(fresh, samples.subarray(0, 7.9 * second)).slices;
    // Eight seconds take two slices, three take one.
    expect(slices).toEqual([anew, anew - 1]);
  });
});

test("whole seconds with 40 samples behind them are what they stay, to the bit", () => {
  using model = Model.open(folder);
  using session = model.session();
  // The floor follows the loudest part, which is the first.
  const samples = speech(64_000).map((x, i) => (i < 16_000 ? x : x / 4));
  const melOf = (length: number) => {
    const frames = session.mel(samples.subarray(0, length));
    session.finish();
    const mel = new Float32Array(128 * frames);
    session.read("mel", mel);
    return Array.from({ length: 128 }, (_, bin) => mel.slice(bin * frames, bin * frames + 200));
  };
  const [mirrored, last, whole] = [32_039, 32_040, 64_000].map(melOf);
  expect(last).toEqual(whole!);
  expect(mirrored).not.toEqual(whole!);
});

test("what cannot be kept is refused", async () => {
  using model = Model.open(folder);
  using session = model.session();
  session.mel(speech(160_000));
  const keep = model.info.windowTokens;
  await expectAsrError(() => session.encode({ keep }), "usage", "0 frames were encoded");
  expect(session.encode()).toBe(130);
  await expectAsrError(() => session.encode({ keep: 13 }), "usage", "whole windows of 104");
  await expectAsrError(() => session.encode({ keep: -keep }), "usage", "whole windows of 104");
  await expectAsrError(() => session.encode({ keep: 0.5 }), "usage", "0.5");
  await expectAsrError(() => session.encode({ keep: 2 * keep }), "usage", "1000 frames");
  // 799 frames give as many embeddings as 800, but the window is not complete.
  session.mel(speech(799 * 160));
  await expectAsrError(() => session.encode({ keep }), "usage", "the mel has 799");
  expect(session.encode()).toBe(keep);
  session.mel(speech(160_000));
  await expectAsrError(() => session.encode({ keep }), "usage", "799 frames were encoded");
});

describe.each(precisions)("a prompt in parts, %s", (precision) => {
  function opened(model: Model) {
    const session = model.session({ ignoreEos: true });
    session.mel(speech(200_000));
    const pads = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
    return { session, pads };
  }

  test("gives what it gives in one", () => {
    using model = Model.open(folder, { precision });
    const { session, pads } = opened(model);
    const ids = Int32Array.from([5, 6, ...pads, 7, 8]);
    session.prefill(ids);
    const whole = logits(session);
    const tokens = Array.from({ length: 6 }, () => session.next());
    // Also after a rewind into the middle of the pads, which then come in two parts.
    for (const cuts of [[2, 40], [106], [80, 130, ids.length - 1]]) {
      session.rewind(cuts[0]!);
      for (const [i, cut] of cuts.entries()) session.prefill(ids.subarray(cut, cuts[i + 1]));
      expect(session.report().position).toBe(ids.length);
      // Attention sums in another order, and rounded activations fall to another side.
      const bound = precision === "full" ? 1e-4 : 0.05;
      expect(difference(logits(session), whole)).toBeLessThanOrEqual(bound);
      expect(Array.from({ length: 6 }, () => session.next())).toEqual(tokens);
    }
  });

  test("grows with the audio", () => {
    using model = Model.open(folder, { precision });
    const { windowTokens, tokens } = model.info;
    using session = model.session({ ignoreEos: true });
    const samples = speech(320_000);
    const pads = (count: number) => new Int32Array(count).fill(tokens.audioPad);
    session.mel(samples.subarray(0, 200_000));
    session.prefill(Int32Array.from([5, 6, ...pads(session.encode()), 7]));
    session.next();
    session.rewind(2 + windowTokens);
    session.mel(samples);
    const count = session.encode({ keep: windowTokens });
    session.prefill(Int32Array.from([...pads(count - windowTokens), 7]));
    const grown = logits(session);

    session.rewind(0);
    session.prefill(Int32Array.from([5, 6, ...pads(count), 7]));
    const bound = precision === "full" ? 1e-4 : 0.05;
    expect(difference(grown, logits(session))).toBeLessThanOrEqual(bound);
  });
});

test("pads and embeddings must come to the same number", async () => {
  using model = Model.open(folder);
  const pad = model.info.tokens.audioPad;
  using session = model.session();
  await expectAsrError(() => session.prefill(new Int32Array([pad])), "usage", "1 audio pads for 0");
  session.mel(speech(16_000));
  expect(session.encode()).toBe(13);
  const pads = new Int32Array(13).fill(pad);
  await expectAsrError(
    () => session.prefill(Int32Array.from([1, ...pads, pad, 2])),
    "usage",
    "14 audio pads for 13",
  );
  expect(session.report().position).toBe(0);
  session.prefill(Int32Array.from([1, ...pads.subarray(0, 9)]));
  await expectAsrError(() => session.next(), "usage", "the last 4 audio embeddings");
  await expectAsrError(() => model.step([session]), "usage", "the last 4 audio embeddings");
  await expectAsrError(() => session.prefill(pads.subarray(0, 5)), "usage", "14 audio pads for 13");
  session.prefill(Int32Array.from([...pads.subarray(0, 4), 2]));
  expect(session.next()).not.toBeUndefined();
  // A rewind forgets pads; what is left of them counts.
  session.rewind(8);
  await expectAsrError(() => session.prefill(pads.subarray(0, 7)), "usage", "14 audio pads for 13");
  session.prefill(Int32Array.from([...pads.subarray(0, 6), 2]));
  // New audio may come before the text of the old has ended.
  session.mel(speech(8000));
  session.next();
  session.prefill(new Int32Array([2, 3]));
  expect(session.next()).not.toBeUndefined();
});

test.each(precisions)("sessions start over while others go on, %s", (precision) => {
  using model = Model.open(folder, { precision });
  const prompt = (session: Session, seed: number) => {
    const audio = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
    return Int32Array.from([1 + seed, ...audio, 7, seed]);
  };
  const open = (seed: number) => {
    const session = model.session({ ignoreEos: true });
    session.mel(speech(4800 + 8000 * seed));
    const ids = prompt(session, seed);
    session.prefill(ids);
    return { session, ids };
  };
  const steps = 12;
  const alone = [0, 1, 2].map((seed) => {
    using session = open(seed).session;
    return Array.from({ length: steps }, () => session.next());
  });
  const all = [0, 1, 2].map(open);
  const together: (number | null)[][] = all.map(() => []);
  for (let step = 0; step < steps; step++) {
    const tokens = model.step(all.map(({ session }) => session));
    for (const [i, token] of tokens.entries()) together[i]!.push(token);
    if (step % 4 !== 2) continue;
    // The middle one is fed again from within its pads, with what it has written since.
    const { session, ids } = all[1]!;
    session.rewind(3);
    session.prefill(Int32Array.from([...ids.subarray(3), ...together[1]!.map(Number)]));
  }
  expect(together).toEqual(alone);
});

test("hundreds of sessions, one after the other, keep memory flat", () => {
  using model = Model.open(folder);
  const pad = model.info.tokens.audioPad;
  const round = (i: number) => {
    using session = model.session();
    session.mel(speech(16_000 + (i % 5) * 8000));
    const pads = new Int32Array(session.encode()).fill(pad);
    session.prefill(Int32Array.from([1, ...pads, 2]));
    for (let step = 0; step < 3; step++) session.next();
  };
  expect(growth(round, 200, 600)).toBeLessThan(10);
}, 60_000);

test("sessions that join and leave a batch keep memory flat", () => {
  const script = join(import.meta.dir, "../testing/joining-sessions.ts");
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, script]);
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  expect(Number(stdout.toString().trim() || Number.NaN)).toBeLessThan(10);
}, 60_000);
