import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Asr } from "../../asr.ts";
import type { AudioInput } from "../../audio/input.ts";
import type { Progress, StreamOptions } from "../../contract/options.ts";
import { demoSample } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { everyInput, parts } from "../../testing/inputs.ts";
import { demoSpeech, withPauses } from "../../testing/live.ts";

const text = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const pcm = readFileSync(demoSample).subarray(44);
const sampleRate = 16_000;
const speech = await demoSpeech();
const inputs = everyInput(withPauses([speech, speech], 2));
const kinds = Object.entries(inputs.kinds);
const never = () => new Promise<never>(() => undefined);
const soon = { stepSeconds: 1 };

let asr: Asr;
beforeAll(async () => {
  asr = await Asr.load("demo");
});
afterAll(async () => {
  inputs[Symbol.dispose]();
  await asr.close();
});

describe.each([false, true])("live: %p;", (live) => {
  describe.each(kinds)("%s", (_, input) => {
    test("is heard to its end by who reads slowly", async () => {
      let said = "";
      for await (const event of asr.stream(input(), { live, ...soon })) {
        if (event.type === "delta") said += event.text;
        await Bun.sleep(10);
      }
      expect(said).toBe(`${text} ${text}`);
    });

    test("may be left midway, after a pause", async () => {
      for await (const _event of asr.stream(input(), { live, ...soon })) {
        await Bun.sleep(10);
        break;
      }
    });

    test("may be left unread", async () => {
      const own = await Asr.load("demo");
      const unread = own.stream(input(), { live });
      const forgotten = own.stream(input(), { live, ...soon });
      expect((await forgotten.next()).done).toBe(false);
      await own.close();
      await unread.return();
      // It may have been transcribed to its end before.
      const [end] = await Promise.allSettled([Array.fromAsync(forgotten)]);
      if (end.status === "fulfilled") expect(end.value.at(-1)?.type).toBe("finish");
      else expect(end.reason).toMatchObject({ code: "usage", message: "this Asr is closed" });
    });
  });
});

/** Seconds of the demo's recording, and then what `after` does; `left` tells that it was left. */
function source(after: () => Promise<unknown>) {
  const left = Promise.withResolvers<void>();
  async function* stream() {
    try {
      yield* parts(pcm, 32_000, 1);
      await after();
    } finally {
      left.resolve();
    }
  }
  return { input: { stream: stream(), sampleRate } satisfies AudioInput, left: left.promise };
}

/** A live stream of which one event was read. */
async function paused(input: AudioInput, options: StreamOptions = {}) {
  const events = asr.stream(input, { ...soon, ...options });
  expect((await events.next()).done).toBe(false);
  return events;
}

describe("while its reader pauses, a stream", () => {
  test("reads its source to the end", async () => {
    const { input, left } = source(async () => undefined);
    const events = await paused(input);
    await left;
    const last = (await Array.fromAsync(events)).at(-1);
    expect(last).toMatchObject({ type: "finish", transcript: { text } });
  });

  test("tells of its progress", async () => {
    const { input } = source(async () => undefined);
    const heard = Promise.withResolvers<void>();
    const onProgress = ({ done }: Progress) => {
      if (done >= pcm.length / 2 / sampleRate) heard.resolve();
    };
    const events = await paused(input, { onProgress });
    await heard.promise;
    await events.return();
  });

  test("fails with what its callback throws, and calls it no more", async () => {
    const { input, left } = source(never);
    const mine = new Error("mine");
    const thrown = Promise.withResolvers<void>();
    let calls = 0;
    const onProgress = () => {
      if (++calls < 3) return;
      thrown.resolve();
      throw mine;
    };
    const events = await paused(input, { onProgress });
    await thrown.promise;
    expect(await Array.fromAsync(events).catch((error: unknown) => error)).toBe(mine);
    expect(calls).toBe(3);
    void left;
  });

  test("fails with what its source throws", async () => {
    const { input, left } = source(() => Promise.reject(new Error("the line was cut")));
    const events = await paused(input);
    await left;
    const rest = () => Array.fromAsync(events);
    await expectAsrError(rest, "input", "ended early: the line was cut");
  });

  test("can be aborted, whatever it waits for", async () => {
    const waits = Promise.withResolvers<void>();
    const { input } = source(() => {
      waits.resolve();
      return never();
    });
    const abort = new AbortController();
    const events = await paused(input, { signal: abort.signal });
    await waits.promise;
    abort.abort(new Error("enough"));
    const rest = Array.fromAsync(events).catch((error: unknown) => error);
    expect(await rest).toMatchObject({ message: "enough" });
  });

  test("can be left, whatever it waits for, and its source is told", async () => {
    const waits = Promise.withResolvers<void>();
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Uint8Array.from(pcm)),
      pull: () => {
        waits.resolve();
        return never();
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const events = await paused({ stream, sampleRate });
    await waits.promise;
    await events.return();
    expect(cancelled).toBe(true);
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });
});
