import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder, speech } from "../testing/goldens.ts";
import { Model } from "./model.ts";

const folder = join(goldensFolder, "small-q4");

describe("a closed handle", () => {
  test("refuses every call, by name", async () => {
    const model = Model.open(folder);
    const session = model.session();
    session.mel(speech(4800));
    session.close();
    session.close();
    expect(session.closed).toBe(true);
    const calls: (() => unknown)[] = [
      () => session.mel(speech(4800)),
      () => session.encode(),
      () => session.prefill(new Int32Array([1])),
      () => session.next(),
      () => session.rewind(0),
      () => session.read("mel", new Float32Array(1)),
      () => session.report(),
    ];
    for (const call of calls) await expectAsrError(call, "usage", "this Session is closed");
    model.close();
    model.close();
    await expectAsrError(() => model.session(), "usage", "this Model is closed");
  });

  test("closes its sessions before itself", async () => {
    const model = Model.open(folder);
    const sessions = [model.session(), model.session()];
    model.close();
    for (const session of sessions) {
      expect(session.closed).toBe(true);
      await expectAsrError(() => session.encode(), "usage", "this Session is closed");
      session.close();
    }
  });

  test("is what `using` leaves behind", () => {
    let kept: Model;
    {
      using model = Model.open(folder);
      kept = model;
    }
    expect(kept.closed).toBe(true);
  });
});

describe("calls out of order or with nonsense", () => {
  test("are refused and leave the session usable", async () => {
    using own = Model.open(folder);
    using session = own.session();
    await expectAsrError(() => session.encode(), "usage");
    await expectAsrError(() => session.next(), "usage");
    await expectAsrError(() => session.read("encoder", new Float32Array(9)), "usage");
    await expectAsrError(() => session.mel(new Float32Array(0)), "input", "no samples");
    await expectAsrError(() => session.mel(new Float32Array([0, Number.NaN])), "input", "1");
    for (const loud of [2e9, -2e9, 3e38, Number.POSITIVE_INFINITY]) {
      await expectAsrError(() => session.mel(Float32Array.of(0, 0, loud)), "input", "sample 2");
    }
    const mel = new Float32Array(128 * session.mel(new Float32Array(800).fill(1e9)));
    session.read("mel", mel);
    expect(mel.every(Number.isFinite)).toBe(true);
    await expectAsrError(() => session.prefill(new Int32Array(0)), "usage");
    await expectAsrError(() => session.rewind(-1), "usage");
    await expectAsrError(() => session.rewind(0.5), "usage");
    await expectAsrError(() => session.rewind(1e6), "usage");
    expect(session.mel(speech(4800))).toBe(30);
    await expectAsrError(() => session.read("mel", new Float32Array(9)), "usage");
    expect(session.encode()).toBe(4);
    await expectAsrError(() => session.prefill(new Int32Array([1 << 30])), "input");
    await expectAsrError(() => session.prefill(new Int32Array([-1])), "input");
    expect(session.prefill(new Int32Array([1, 2, 3]))).toBe(3);
    expect(session.next()).not.toBeUndefined();
  });

  test("unknown options are refused", async () => {
    using own = Model.open(folder);
    const misspelt: object = { temprature: 1 };
    await expectAsrError(() => own.session(misspelt), "usage", "temprature");
    await expectAsrError(() => own.session({ temperature: -1 }), "usage", "temperature");
    await expectAsrError(() => Model.open(folder, { threads: 0 }), "usage", "threads");
    const precise: object = { precision: "double" };
    await expectAsrError(() => Model.open(folder, precise), "usage");
  });
});

describe("sessions that step together", () => {
  /** Prompts of several lengths, each with its own audio. */
  function prompts(model: Model): { samples: Float32Array; ids: Int32Array }[] {
    const pad = model.info.tokens.audioPad;
    return [4800, 16_000, 1600, 40_000, 8000].map((length, i) => {
      using session = model.session();
      const samples = speech(length);
      session.mel(samples);
      const audio = new Int32Array(session.encode()).fill(pad);
      return { samples, ids: Int32Array.from([1 + i, ...audio, ...Array(i).keys(), 7]) };
    });
  }

  function start(model: Model, prompt: ReturnType<typeof prompts>[number], options = {}) {
    const session = model.session({ ignoreEos: true, ...options });
    session.mel(prompt.samples);
    session.encode();
    session.prefill(prompt.ids);
    return session;
  }

  test.each(["auto", "full"] as const)("write what each writes alone, %s", (precision) => {
    using model = Model.open(folder, { precision });
    const all = prompts(model);
    const options = [{}, {}, { temperature: 1, seed: 3 }, { repetitionPenalty: 1.3 }, {}];
    const alone = all.map((prompt, i) => {
      using session = start(model, prompt, options[i]);
      return Array.from({ length: 12 }, () => session.next());
    });
    // They join one by one, change their order and leave one by one.
    const sessions = all.map((prompt, i) => start(model, prompt, options[i]));
    const together: (number | null)[][] = all.map(() => []);
    for (let round = 0; together.some((tokens) => tokens.length < 12); round++) {
      const active = [...all.keys()].filter((i) => i <= round && together[i]!.length < 12);
      if (round % 3 === 1) active.reverse();
      const tokens = model.step(active.map((i) => sessions[i]!));
      for (const [at, i] of active.entries()) together[i]!.push(tokens[at]!);
    }
    expect(together).toEqual(alone);
  });

  test("end on their own", () => {
    using folders = new CheckpointFolders();
    const ending = folders.single(whole);
    const tokens = (model: Model, count: number, options = {}) => {
      const sessions = prompts(model).map((prompt) => start(model, prompt, options));
      return Array.from({ length: count }, () => model.step(sessions));
    };
    using endless = Model.open(ending);
    const written = tokens(endless, 6);
    // The same weights, but what the first session writes third is an end token now.
    const end = written[2]![0]!;
    writeFileSync(join(ending, "generation_config.json"), JSON.stringify({ eos_token_id: [end] }));
    using model = Model.open(ending);
    const ended = written[0]!.map(() => false);
    const expected = written.map((step) =>
      step.map((token, i) => {
        ended[i] ||= token === end;
        return ended[i] ? null : token;
      }),
    );
    expect(expected[5]![0]).toBeNull();
    expect(tokens(model, 6, { ignoreEos: false })).toEqual(expected);
    expect(model.step([])).toEqual([]);
  });

  test("are refused as a whole, and none has moved", async () => {
    using model = Model.open(folder);
    using stranger = Model.open(folder);
    const [ready, other] = prompts(model).map((prompt) => start(model, prompt));
    using unfed = model.session();
    const elsewhere = start(stranger, prompts(stranger)[0]!);
    const before = ready!.report().position;
    await expectAsrError(() => model.step([ready!, unfed]), "usage", "prefill");
    await expectAsrError(() => model.step([ready!, ready!]), "usage", "twice");
    await expectAsrError(() => model.step([ready!, elsewhere]), "usage", "one model");
    other!.close();
    await expectAsrError(() => model.step([ready!, other!]), "usage", "this Session is closed");
    expect(ready!.report().position).toBe(before);
    expect(model.step([ready!])).toHaveLength(1);
  });
});

test.skipIf(process.platform === "darwin")("threads are those of the last model opened", () => {
  for (const threads of [1, 3]) {
    using model = Model.open(folder, { threads });
    expect(model.info.threads).toBe(threads);
  }
  using model = Model.open(folder);
  expect(model.info.threads).toBeGreaterThan(0);
});

describe("a folder that is no model", () => {
  test.each([
    ["missing", "/nonexistent/model", "no such model folder"],
    ["a file", join(folder, "config.json"), "is a file"],
    ["without files", import.meta.dir, "config.json"],
    // A C string would end at the NUL and name another folder.
    ["with a NUL in its name", `${folder}\0x`, "no such model folder"],
  ])("%s", (_, path, why) => expectAsrError(() => Model.open(path), "model", why));

  // In a process of its own: opening such a file can wait for ever.
  test("whose weights are a named pipe", () => {
    using folders = new CheckpointFolders();
    const path = folders.single(whole);
    const weights = join(path, "model.safetensors");
    rmSync(weights);
    expect(Bun.spawnSync(["mkfifo", weights]).exitCode).toBe(0);
    const script = join(import.meta.dir, "../testing/opened-folder.ts");
    const { stdout } = Bun.spawnSync([process.execPath, script, path], { timeout: 30_000 });
    expect(stdout.toString()).toMatch(/^model: .*model\.safetensors/);
  }, 60_000);
});

test("opening and closing 200 models keeps memory flat", () => {
  const script = join(import.meta.dir, "../testing/opened-models.ts");
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, script]);
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  expect(Number(stdout.toString().trim() || Number.NaN)).toBeLessThan(20);
}, 60_000);

test("buffers that cross stay whole while the collector runs", () => {
  using model = Model.open(folder);
  using session = model.session();
  session.mel(speech(4800));
  const first = new Float32Array(128 * 30);
  session.read("mel", first);
  for (let i = 0; i < 2000; i++) {
    session.mel(speech(4800));
    const mel = new Float32Array(128 * 30);
    session.read("mel", mel);
    if (i % 100 === 0) Bun.gc(true);
    if (i % 100 === 0) expect(mel).toEqual(first);
  }
}, 60_000);

test("forgotten handles are freed by the collector", async () => {
  (() => {
    for (let i = 0; i < 20; i++) Model.open(folder).session();
  })();
  for (let i = 0; i < 5; i++) {
    Bun.gc(true);
    await Bun.sleep(1);
  }
  using model = Model.open(folder);
  expect(model.closed).toBe(false);
});
