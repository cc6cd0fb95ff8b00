import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { expectProblem } from "../../testing/expect-problem.ts";
import { FakeOpener } from "../../testing/model-openers.ts";
import { until } from "../../testing/until.ts";
import type { Loan } from "../service/models.ts";
import { ModelPool, type PoolOptions } from "./pool.ts";

const [small, large] = ["0.6b", "1.7b"];
const never = new AbortController().signal;

function poolOf(fake: FakeOpener, options: Partial<PoolOptions> = {}): ModelPool {
  return new ModelPool({ models: [small, large], opener: fake.opener, ...options });
}

/** Whether a promise has been settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  await Bun.sleep(5);
  return await Promise.race([promise.then(() => true), Bun.sleep(0).then(() => false)]);
}

describe("opening", () => {
  test("happens once for all who ask, when somebody asks", async () => {
    const fake = new FakeOpener();
    const pool = poolOf(fake);
    expect(fake.log).toEqual([]);
    expect(pool.status()[0]).toMatchObject({ name: small, state: "idle", wasLoaded: false });
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const asked = [undefined, "whisper-1", "nobody knows"].map((name) => pool.borrow(name, never));
    await Bun.sleep(5);
    expect(pool.status()[0]).toMatchObject({ state: "loading", running: 3 });
    gate.resolve();
    const loans = await Promise.all(asked);
    expect(loans.map(({ name }) => name)).toEqual([small, small, small]);
    expect(fake.log).toEqual([`open ${small}`]);
    expect(pool.status()[0]).toMatchObject({ state: "loaded", bytes: 1, wasLoaded: true });
    expect(pool.status()[1]).toMatchObject({ name: large, state: "idle" });
  });

  test("that fails tells all who wait, without paths, and is tried again", async () => {
    const fake = new FakeOpener();
    const events: string[] = [];
    const pool = poolOf(fake, { onEvent: ({ name, change }) => events.push(`${change} ${name}`) });
    const why = "/home/ada/models/talk/config.json: is no JSON; see https://x.org/a/b";
    fake.failures.push(new AsrError("model", why));
    const asked = [pool.borrow(small, never), pool.borrow(small, never)];
    for (const each of asked) {
      const { message } = await expectProblem(() => each, 500, "model_not_opened");
      expect(message).toEndWith("opened: config.json: is no JSON; see https://x.org/a/b");
    }
    expect(pool.status()[0]).toMatchObject({ state: "failed", running: 0 });
    using _loan = await pool.borrow(small, never);
    expect(pool.status()[0]!.state).toBe("loaded");
    expect(events).toEqual(["opening", "failed", "opening", "opened"].map((e) => `${e} ${small}`));
  });

  test("goes on when the client leaves, who is free at once", async () => {
    const fake = new FakeOpener();
    const pool = poolOf(fake);
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const leave = new AbortController();
    const asked = pool.borrow(small, leave.signal);
    await Bun.sleep(2);
    leave.abort(new Error("left"));
    expect(asked).rejects.toThrow("left");
    expect(await isSettled(asked.catch(() => undefined))).toBe(true);
    expect(pool.status()[0]).toMatchObject({ state: "loading", running: 0 });
    gate.resolve();
    using _loan = await pool.borrow(small, never);
    expect(fake.log).toEqual([`open ${small}`]);
  });
});

describe("places", () => {
  test("are given in the order of asking, and live streams take none", async () => {
    const pool = poolOf(new FakeOpener(), { batch: 2 });
    const order: string[] = [];
    const loans: Loan[] = [];
    const borrow = async (word: string) => {
      loans.push(await pool.borrow(small, never));
      order.push(word);
    };
    const all = ["a", "b", "c", "d"].map(borrow);
    await Bun.sleep(5);
    expect(order).toEqual(["a", "b"]);
    using _live = await pool.borrow(small, never, { isLive: true });
    expect(pool.status()[0]).toMatchObject({ running: 2, live: 1, waiting: 2 });
    loans[1]![Symbol.dispose]();
    loans[1]![Symbol.dispose]();
    await Bun.sleep(5);
    expect(order).toEqual(["a", "b", "c"]);
    loans[0]![Symbol.dispose]();
    await Promise.all(all);
    expect(order).toEqual(["a", "b", "c", "d"]);
  });

  test("too many who wait are told when to come again", async () => {
    const pool = poolOf(new FakeOpener(), { batch: 1, maxWaiting: 2 });
    const first = await pool.borrow(small, never);
    const leave = new AbortController();
    const second = pool.borrow(small, leave.signal);
    const third = pool.borrow(small, never);
    const problem = await expectProblem(() => pool.borrow(small, never), 503, "queue_full");
    const seconds = Number(problem.headers["retry-after"]);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(problem.headers["x-should-retry"]).toBeUndefined();
    // The other model has places of its own.
    pool.checkRoom();
    using _other = await pool.borrow(large, never);
    await expectProblem(async () => pool.checkRoom(), 503, "queue_full");
    leave.abort(new Error("left"));
    expect(second).rejects.toThrow("left");
    pool.checkRoom();
    const fourth = pool.borrow(small, never);
    expect(pool.status()[0]).toMatchObject({ running: 1, waiting: 2 });
    first[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    (await fourth)[Symbol.dispose]();
    expect(pool.status()[0]).toMatchObject({ running: 0, waiting: 0 });
  });

  test("who waits when all is closed is told so, and who comes then", async () => {
    const fake = new FakeOpener();
    const pool = poolOf(fake, { batch: 1 });
    using _first = await pool.borrow(small, never);
    const second = pool.borrow(small, never);
    const closed = pool.close();
    await expectProblem(() => second, 503, "draining");
    await closed;
    await expectProblem(() => pool.borrow(small, never), 503, "draining");
    expect(fake.log).toEqual([`open ${small}`, `close ${small}`]);
  });
});

describe("a model that nobody uses", () => {
  test("is closed after a while, and opened again", async () => {
    const fake = new FakeOpener();
    const pool = poolOf(fake, { keepAlive: 0.2 });
    const loan = await pool.borrow(small, never);
    await Bun.sleep(250);
    expect(fake.log).toEqual([`open ${small}`]);
    loan[Symbol.dispose]();
    (await pool.borrow(small, never, { isLive: true }))[Symbol.dispose]();
    await Bun.sleep(10);
    expect(fake.log).toEqual([`open ${small}`]);
    await until(() => fake.log.length > 1);
    expect(fake.log).toEqual([`open ${small}`, `close ${small}`]);
    expect(pool.status()[0]).toMatchObject({ state: "idle", wasLoaded: true });
    using _again = await pool.borrow(small, never);
    expect(fake.log.at(-1)).toBe(`open ${small}`);
  });

  test("is closed without anybody having asked for it, too", async () => {
    const fake = new FakeOpener();
    const pool = poolOf(fake, { keepAlive: 0.01 });
    await pool.open();
    await until(() => fake.log.length > 1);
    expect(fake.log).toEqual([`open ${small}`, `close ${small}`]);
  });
});

describe("a limit of memory", () => {
  const three = ["0.6b", "1.7b", "0.6b-8bit"];

  test("closes the idle model that was used least recently", async () => {
    const fake = new FakeOpener({ "0.6b": 4, "1.7b": 4, "0.6b-8bit": 4 });
    const pool = poolOf(fake, { models: three, maxMemory: 8 });
    for (const name of ["0.6b", "1.7b", "0.6b"]) {
      (await pool.borrow(name, never))[Symbol.dispose]();
      await Bun.sleep(2);
    }
    using _loan = await pool.borrow("0.6b-8bit", never);
    expect(fake.log).toEqual(["open 0.6b", "open 1.7b", "close 1.7b", "open 0.6b-8bit"]);
  });

  test("waits for a model in use, which lends no more meanwhile", async () => {
    const fake = new FakeOpener({ "0.6b": 5, "1.7b": 5 });
    const pool = poolOf(fake, { maxMemory: 8 });
    const first = await pool.borrow(small, never);
    const other = pool.borrow(large, never);
    await Bun.sleep(5);
    const later = pool.borrow(small, never);
    expect(await isSettled(later)).toBe(false);
    first[Symbol.dispose]();
    const loan = await other;
    expect(fake.log).toEqual([`open ${small}`, `close ${small}`, `open ${large}`]);
    expect(await isSettled(later)).toBe(false);
    loan[Symbol.dispose]();
    (await later)[Symbol.dispose]();
    expect(fake.log.slice(3)).toEqual([`close ${large}`, `open ${small}`]);
  });

  test("does not wait for live streams, which may last", async () => {
    const events: string[] = [];
    const onEvent: PoolOptions["onEvent"] = ({ name, change }) => events.push(`${change} ${name}`);
    const pool = poolOf(new FakeOpener({ "0.6b": 5, "1.7b": 5 }), { maxMemory: 8, onEvent });
    const live = await pool.borrow(small, never, { isLive: true });
    const { message } = await expectProblem(() => pool.borrow(large, never), 503, "no_memory");
    expect(message).toContain(`live streams use ${small}`);
    // Nothing is wrong with the model.
    expect(events.at(-1)).toBe(`refused ${large}`);
    expect(pool.status()[1]!.state).toBe("idle");
    live[Symbol.dispose]();
    (await pool.borrow(large, never))[Symbol.dispose]();
  });

  test("is told to who asks for a model that never fits", async () => {
    const pool = poolOf(new FakeOpener({ "1.7b": 9e9 }), { maxMemory: 8e9 });
    const { message } = await expectProblem(() => pool.borrow(large, never), 500);
    expect(message).toContain("1.7b: takes 9.00 GB, the limit for all models is 8.00 GB");
  });

  test("counts one that keep-alive is closing until it is closed", async () => {
    const fake = new FakeOpener({ "0.6b": 5, "1.7b": 5 });
    const pool = poolOf(fake, { maxMemory: 8, keepAlive: 0 });
    for (const name of [small, large, small, large]) {
      (await pool.borrow(name, never))[Symbol.dispose]();
      await Bun.sleep(1);
    }
    await Bun.sleep(20);
    const turns = [small, large, small, large];
    expect(fake.log).toEqual(turns.flatMap((name) => [`open ${name}`, `close ${name}`]));
  });
});
