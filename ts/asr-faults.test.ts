import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Asr } from "./asr.ts";
import { AsrSync } from "./asr-sync.ts";
import type { AudioInput } from "./audio/input.ts";
import { demoSample } from "./native/locate.ts";
import { expectAsrError } from "./testing/expect-error.ts";
import { goldensFolder, speech } from "./testing/goldens.ts";
import { demoSpeech, withPauses } from "./testing/live.ts";
import { seededRandom } from "./wer/seeded-random.ts";

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const sample = await demoSpeech();
const small = join(goldensFolder, "small-q4");
const never = () => new Promise<never>(() => undefined);

/** The sample's first bytes, and then what `after` does. */
function broken(bytes: number, after: () => Promise<unknown>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(readFileSync(demoSample).subarray(0, bytes)),
    pull: async () => {
      await after();
    },
  });
}

const cut = () => Promise.reject(new Error("the line was cut"));

describe("a stream", () => {
  const sources: [string, (bytes: ReadableStream<Uint8Array>) => AudioInput][] = [
    ["of a file", (stream) => stream],
    ["of plain samples", (stream) => ({ stream, sampleRate: 16_000 })],
    ["in a response", (stream) => new Response(stream)],
  ];
  test.each(sources)("%s that breaks is told of, however it is read", async (_, input) => {
    await using asr = await Asr.load("demo");
    const why = "ended early: the line was cut";
    await expectAsrError(() => asr.transcribe(input(broken(60_001, cut))), "input", why);
    for (const live of [true, false]) {
      const read = async () => {
        for await (const _event of asr.stream(input(broken(120_001, cut)), { live }));
      };
      await expectAsrError(read, "input", why);
    }
  });

  test("of samples that ends amid one is read to the last whole one", async () => {
    await using asr = await Asr.load("demo");
    const bytes = readFileSync(demoSample).subarray(44);
    const odd = { stream: new Blob([bytes, "!"]).stream(), sampleRate: 16_000 };
    const { text, duration } = await asr.transcribe(odd);
    expect({ text, duration }).toEqual({ text: sampleText, duration: bytes.length / 32_000 });
  });

  test("that was read already, or gives no bytes, is refused", async () => {
    await using asr = await Asr.load("demo");
    const response = new Response(readFileSync(demoSample));
    expect((await asr.transcribe(response)).text).toBe(sampleText);
    await expectAsrError(() => asr.transcribe(response), "input", "was read already");
    const texts: unknown = (async function* () {
      yield "text";
    })();
    await expectAsrError(() => asr.transcribe(texts as AudioInput), "input", "gave a string");
  });
});

describe("close", () => {
  test("does not wait for who does not read on", async () => {
    const asr = await Asr.load("demo");
    // Long enough not to be done by the time that it is closed.
    const samples = withPauses(Array.from({ length: 24 }, () => sample));
    const events = asr.stream({ samples, sampleRate: 16_000 });
    await events.next();
    await asr.close();
    const rest = async () => {
      for await (const _event of events);
    };
    await expectAsrError(rest, "usage", "this Asr is closed");
  });

  test.each([true, false])("ends a wait for input that never comes, live: %p", async (live) => {
    const asr = await Asr.load("demo");
    const read = Array.fromAsync(asr.stream(broken(60_000, never), { live }));
    const transcribed = asr.transcribe({ stream: broken(60_000, never), sampleRate: 16_000 });
    const ends = Promise.allSettled([read, transcribed]);
    await Bun.sleep(100);
    await asr.close();
    for (const end of await ends) {
      expect(end.status).toBe("rejected");
      if (end.status === "rejected") expect(end.reason).toMatchObject({ code: "usage" });
    }
  });

  test("of one model leaves the others alone", async () => {
    await using first = await Asr.load("demo");
    const second = await Asr.load("demo");
    const work = first.transcribe(demoSample);
    await second.close();
    expect((await work).text).toBe(sampleText);
  });
});

describe("a callback or a signal", () => {
  test("that throws ends the call with its own error", async () => {
    await using asr = await Asr.load("demo");
    const mine = new Error("mine");
    const onProgress = () => {
      throw mine;
    };
    const call = asr.transcribe(demoSample, { onProgress });
    expect(await call.catch((error: unknown) => error)).toBe(mine);
    expect((await asr.transcribe(demoSample)).text).toBe(sampleText);
  });

  test("of two calls gives each its own partial", async () => {
    await using asr = await Asr.load("demo");
    const samples = speech(16_000 * 40);
    const controller = new AbortController();
    const chunks = [5, 8].map((chunkSeconds) => {
      const input = { samples, sampleRate: 16_000 };
      const onProgress = ({ done }: { done: number }) => done > 0 && controller.abort();
      return asr.transcribe(input, { chunkSeconds, signal: controller.signal, onProgress });
    });
    const ends = await Promise.allSettled(chunks);
    const partials = ends.flatMap((end) => (end.status === "rejected" ? [end.reason.partial] : []));
    expect(new Set(partials).size).toBe(2);
  });
});

test("a stream aborts at any moment, and the next one is right", async () => {
  await using asr = await Asr.load("demo");
  const random = seededRandom(3);
  const read = async (live: boolean, signal?: AbortSignal) => {
    let text = "";
    for await (const event of asr.stream(demoSample, { live, signal })) {
      if (event.type === "delta") text += event.text;
    }
    return text;
  };
  const whole = { true: await read(true), false: await read(false) };
  for (let trial = 0; trial < 30; trial++) {
    const controller = new AbortController();
    const live = trial % 2 === 0;
    setTimeout(() => controller.abort(), random() * 60);
    const [end] = await Promise.allSettled([read(live, controller.signal)]);
    if (end.status === "fulfilled") expect(end.value).toBe(whole[`${live}`]);
    else expect(end.reason).toMatchObject({ name: "AbortError" });
  }
  expect(await read(true)).toBe(whole.true);
  expect(whole.false).toBe(sampleText);
});

test("eight loads, and many calls over two models at once", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => Asr.load("demo")));
  await using other = await Asr.load(small);
  const input = { samples: speech(16_000), sampleRate: 16_000 };
  const settings = { maxTokens: 8, language: "en" };
  const expected = (await other.transcribe(input, settings)).text;
  const mixed = Array.from({ length: 40 }, async (_, index) =>
    index % 2 === 0
      ? (await all[index % 8]!.transcribe(demoSample)).text === sampleText
      : (await other.transcribe(input, settings)).text === expected,
  );
  expect(await Promise.all(mixed)).toEqual(Array(40).fill(true));
  await Promise.all(all.map((asr) => asr.close()));
});

test("a blocking call works while others are under way", async () => {
  await using asr = await Asr.load("demo");
  const work = Array.from({ length: 4 }, () => asr.transcribe(demoSample));
  using sync = AsrSync.load("demo");
  expect(sync.transcribe(demoSample).text).toBe(sampleText);
  for (const { text } of await Promise.all(work)) expect(text).toBe(sampleText);
});

describe("options of the wrong type are refused", () => {
  const cases: [string, object][] = [
    ["prompt is 5", { prompt: 5 }],
    ["language is null", { language: null }],
    ['maxTokens is "3"', { maxTokens: "3" }],
    ['vad is "yes"', { vad: "yes" }],
    ['keywords is "Ada"', { keywords: "Ada" }],
    ["keywords is [ 5 ]", { keywords: [5] }],
    ['languages is "en"', { languages: "en" }],
    ["signal is {}", { signal: {} }],
    ["onProgress is true", { onProgress: true }],
  ];
  test.each(cases)("%s", async (why, options) => {
    await using asr = await Asr.load(small);
    await expectAsrError(() => asr.transcribe(demoSample, options), "usage", why);
  });

  test("of load, too", async () => {
    const options: object = { threads: "2" };
    await expectAsrError(() => Asr.load("demo", options), "usage", 'threads is "2"');
    const model: unknown = 7;
    await expectAsrError(() => AsrSync.load(model as string), "usage", "model is 7");
  });
});

/** Runs a program that uses the package; one that does not end by itself is killed. */
async function program(...lines: string[]): Promise<{ rc: number; errors: string }> {
  const path = JSON.stringify(join(import.meta.dir, "index.ts"));
  const text = [`import { Asr, AsrSync } from ${path};`, ...lines].join("\n");
  const child = Bun.spawn([process.execPath, "-e", text], {
    stdout: "ignore",
    stderr: "pipe",
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const [errors, rc] = [child.stderr.text(), await child.exited];
  return { rc, errors: await errors };
}

describe("a program ends by itself", () => {
  const load = 'const asr = await Asr.load("demo");';
  const sample = JSON.stringify(demoSample);
  const noise = "new Float32Array(16_000 * 300).map(() => Math.random() - 0.5)";
  const long = `{ samples: ${noise}, sampleRate: 16_000 }`;
  const cases: [string, ...string[]][] = [
    ["when its model stays open", load, `await asr.transcribe(${sample});`],
    ["when a model that blocks does", `AsrSync.load("demo").transcribe(${sample});`],
    ["when a stream is left unread", load, `await asr.stream(${sample}).next();`],
    ["when a long one is", load, `await asr.stream(${long}).next();`],
    [
      "when the reader of a long one waits for what never comes",
      load,
      // Not at the top level, where Bun waits for ever.
      "const read = async () => {",
      `  for await (const _ of asr.stream(${long})) await new Promise(() => undefined);`,
      "};",
      "void read();",
    ],
    [
      "after a reader that pauses has read all",
      load,
      `const input = { stream: Bun.file(${sample}).slice(44).stream(), sampleRate: 16_000 };`,
      "let last = '';",
      "for await (const { type } of asr.stream(input, { stepSeconds: 1 })) {",
      "  last = type;",
      "  await Bun.sleep(20);",
      "}",
      "process.exitCode = last === 'finish' ? 0 : 1;",
    ],
    [
      "when it quits amid the work",
      load,
      `void asr.transcribe(${long});`,
      "await Bun.sleep(300);",
      "process.exit(0);",
    ],
  ];
  test.each(cases)("%s", async (_, ...lines) => {
    expect(await program(...lines)).toEqual({ rc: 0, errors: "" });
  });
});
