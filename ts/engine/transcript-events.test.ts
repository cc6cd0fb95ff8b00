import { describe, expect, test } from "bun:test";
import type { StreamEvent } from "../contract/events.ts";
import { transcriptOf } from "../testing/transcripts.ts";
import { joinTexts, joinTurns } from "../text/joining.ts";
import { TranscriptEvents } from "./transcript-events.ts";

function chunk(text: string) {
  const finishReason = "eos" as const;
  return { start: 0, end: 1, text, language: "", tokenTexts: [], speech: [], finishReason };
}

const nothing = transcriptOf([]);

/** What is read of events that `write` has written before anybody reads. */
async function read(write: (events: TranscriptEvents) => void): Promise<StreamEvent[]> {
  const events = new TranscriptEvents();
  return await Array.fromAsync(
    events.read(async () => {
      write(events);
      return nothing;
    }),
  );
}

function summary(events: readonly StreamEvent[]) {
  return events.map((event) => ("text" in event ? [event.type, event.text] : [event.type]));
}

test.each([
  ["words", ["Hello there", "how are you?", "Fine."]],
  ["Chinese", ["你好。", "今天", "“天气”很好", "and English", "“好”"]],
  ["nothing between", ["One.", "", "Two.", ""]],
  ["quotes", ['"Yes," he said.', '"No."']],
])("deltas joined are the text: %s", async (_, texts) => {
  const events = await read((writer) => {
    for (const text of texts) {
      // Every beginning is settled once.
      for (let length = 0; length <= text.length; length++)
        writer.settled(text.slice(0, length), []);
      writer.final(chunk(text));
    }
  });
  const deltas = events.filter((event) => event.type === "delta");
  expect(deltas.map(({ text }) => text).join("")).toBe(texts.reduce(joinTexts, ""));
});

test("deltas joined are the text, of several channels too", async () => {
  const chunks = ["One.", "Two.", "", "Three.", "Four."].map((text, index) => ({
    ...chunk(text),
    channel: index < 2 ? 1 : 2,
  }));
  const events = await read((writer) => {
    for (const each of chunks) writer.final(each);
  });
  const deltas = events.filter((event) => event.type === "delta");
  expect(deltas.map(({ text }) => text).join("")).toBe("One. Two.\nThree. Four.");
  expect(joinTurns(chunks)).toBe("One. Two.\nThree. Four.");
  const finals = events.filter((event) => event.type === "final");
  expect(finals.map(({ channel }) => channel)).toEqual([1, 1, 2, 2, 2]);
});

describe("the tokens of deltas", () => {
  const tokens = ["He", "", "llo", " there", "."].map((text, i) => ({ text, logprob: -i }));
  const whole = { ...chunk("Hello there."), tokenTexts: tokens };
  const told = (write: (events: TranscriptEvents) => void) => {
    const events = new TranscriptEvents({ logprobs: true });
    const work = async () => {
      write(events);
      return nothing;
    };
    return Array.fromAsync(events.read(work));
  };

  test("are those that the delta is made of, without what separates chunks", async () => {
    const events = await told((writer) => {
      writer.final(whole);
      writer.settled("Hello ", tokens.slice(0, 3));
      writer.final(whole);
    });
    const deltas = events.filter((event) => event.type === "delta");
    expect(deltas).toEqual([
      { type: "delta", text: "Hello there.", tokens },
      { type: "delta", text: " Hello", tokens: tokens.slice(0, 3) },
      { type: "delta", text: " there.", tokens: tokens.slice(3) },
    ]);
  });

  test("are parted where a delta ends within one", async () => {
    const events = await told((writer) => {
      writer.settled("Hel", [{ text: "Hello", logprob: -1 }]);
      writer.final(whole);
    });
    const deltas = events.flatMap((event) => (event.type === "delta" ? [event.tokens] : []));
    expect(deltas).toEqual([
      [{ text: "Hel", logprob: -1 }],
      [{ text: "lo", logprob: -2 }, ...tokens.slice(3)],
    ]);
  });
});

test("words come after the delta that ends them, and before the end of their chunk", async () => {
  const [one, two] = ["One", "two."].map((text, index) => {
    return { start: index, end: index + 1, text, probability: 1, estimated: true };
  });
  const events = await read((writer) => {
    writer.settled("One two", []);
    writer.words([one!]);
    writer.final(chunk("One two."), [two!]);
    writer.words([]);
    writer.final(chunk("Three."));
  });
  expect(events.slice(0, -1)).toMatchObject([
    { type: "delta", text: "One two" },
    { type: "words", words: [one] },
    { type: "delta", text: "." },
    { type: "words", words: [two] },
    { type: "final" },
    { type: "delta" },
    { type: "final" },
  ]);
});

test("a partial goes on from what was told", async () => {
  const events = new TranscriptEvents();
  const { promise, resolve } = Promise.withResolvers<typeof nothing>();
  const reader = events.read(() => promise);
  const seen: StreamEvent[] = [];
  const take = async (count: number) => {
    for (let i = 0; i < count; i++) seen.push((await reader.next()).value!);
  };
  const waiting = take(1);
  events.settled("One two ", []);
  await waiting;
  events.partial(() => "One two three");
  await take(1);
  events.final(chunk("One two four."));
  await take(2);
  events.partial(() => "Five");
  await take(1);
  expect(seen.map((event) => ("text" in event ? [event.type, event.text] : []))).toEqual([
    ["delta", "One two"],
    ["partial", " three"],
    ["delta", " four."],
    ["final", "One two four."],
    ["partial", " Five"],
  ]);
  resolve(nothing);
  await take(1);
  expect(seen.at(-1)).toEqual({ type: "finish", transcript: nothing });
  expect((await reader.next()).done).toBe(true);
});

describe("partials that nobody reads", () => {
  test("are replaced by what comes later, and never put together", async () => {
    let calls = 0;
    const text = (value: string) => () => {
      calls++;
      return value;
    };
    const events = new TranscriptEvents();
    const { promise, resolve } = Promise.withResolvers<typeof nothing>();
    events.partial(text("On"));
    events.partial(text("One"));
    events.final(chunk("One."));
    events.partial(text("T"));
    events.partial(text("Two"));
    const reader = events.read(() => promise);
    const seen = [await reader.next(), await reader.next(), await reader.next()];
    expect(summary(seen.map(({ value }) => value!))).toEqual([
      ["delta", "One."],
      ["final", "One."],
      ["partial", " Two"],
    ]);
    expect(calls).toBe(1);
    resolve(nothing);
    expect(summary(await Array.fromAsync(reader))).toEqual([["finish"]]);
  });

  test("do not come after the last event", async () => {
    const events = new TranscriptEvents();
    const { promise, resolve } = Promise.withResolvers<typeof nothing>();
    const reader = events.read(() => promise);
    events.final(chunk("One."));
    await reader.next();
    await reader.next();
    events.partial(() => "Two");
    resolve(nothing);
    await Bun.sleep(1);
    expect(summary(await Array.fromAsync(reader))).toEqual([["finish"]]);
  });

  test("are left out while there is no text", async () => {
    expect(summary(await read((writer) => writer.partial(() => undefined)))).toEqual([["finish"]]);
  });
});

describe("the reader", () => {
  test("gets all that came before a failure, then the failure", async () => {
    const events = new TranscriptEvents();
    const failure = new Error("it broke");
    const seen: StreamEvent[] = [];
    const read = async () => {
      const work = async () => {
        events.final(chunk("One."));
        await Bun.sleep(1);
        events.final(chunk("Two."));
        throw failure;
      };
      for await (const event of events.read(work)) seen.push(event);
    };
    const thrown = await read().catch((error: unknown) => error);
    expect(thrown).toBe(failure);
    expect(seen.map(({ type }) => type)).toEqual(["delta", "final", "delta", "final"]);
  });

  test("may be slow: the work goes on, and nothing but partials is lost", async () => {
    const events = new TranscriptEvents();
    const done = Promise.withResolvers<void>();
    const reader = events.read(async () => {
      for (let i = 0; i < 5; i++) {
        events.partial(() => `${i}`);
        await Bun.sleep(0);
        events.final(chunk(`${i}`));
      }
      done.resolve();
      return nothing;
    });
    const first = await reader.next();
    expect(first.value).toEqual({ type: "partial", text: "0" });
    await done.promise;
    const rest = await Array.fromAsync(reader);
    expect(rest.filter(({ type }) => type === "final").length).toBe(5);
    expect(rest.at(-1)?.type).toBe("finish");
  });

  test("starts the work only when it reads", async () => {
    let started = false;
    const reader = new TranscriptEvents().read(async () => {
      started = true;
      return nothing;
    });
    await Bun.sleep(1);
    expect(started).toBe(false);
    await reader.next();
    expect(started).toBe(true);
  });
});
