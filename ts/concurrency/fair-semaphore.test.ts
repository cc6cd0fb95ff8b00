import { expect, test } from "bun:test";
import { FairSemaphore } from "./fair-semaphore.ts";

test("those who wait are served by turns, one permit for each party", async () => {
  const semaphore = new FairSemaphore(1);
  const order: string[] = [];
  const parties = { long: {}, short: {} };
  const first = await semaphore.acquire(parties.long);
  const work = (name: keyof typeof parties, number: number) =>
    semaphore.acquire(parties[name]).then((permit) => {
      order.push(`${name} ${number}`);
      permit?.[Symbol.dispose]();
    });
  const all = [
    ...[1, 2, 3, 4].map((number) => work("long", number)),
    ...[1, 2].map((number) => work("short", number)),
  ];
  first?.[Symbol.dispose]();
  await Promise.all(all);
  expect(order).toEqual(["long 1", "short 1", "long 2", "short 2", "long 3", "long 4"]);
});

test("never more permits than there are, and none is lost", async () => {
  const semaphore = new FairSemaphore(3);
  let [taken, max] = [0, 0];
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      using _permit = await semaphore.acquire({ party: i % 4 });
      max = Math.max(max, ++taken);
      await Bun.sleep(i % 3);
      taken--;
    }),
  );
  expect(max).toBe(3);
  const again = await Promise.all([1, 2, 3].map(() => semaphore.acquire({})));
  expect(again.length).toBe(3);
});

test("who leaves waits no longer, and takes no permit along", async () => {
  const semaphore = new FairSemaphore(1);
  const first = await semaphore.acquire({});
  const leave = new AbortController();
  const [party, other] = [{}, {}];
  const leaving = [1, 2].map(() => semaphore.acquire(party, leave.signal));
  const staying = semaphore.acquire(party);
  const later = semaphore.acquire(other);
  leave.abort();
  expect(await Promise.all(leaving)).toEqual([undefined, undefined]);
  expect(await semaphore.acquire({}, leave.signal)).toBeUndefined();
  first?.[Symbol.dispose]();
  (await staying)?.[Symbol.dispose]();
  (await later)?.[Symbol.dispose]();
  expect(await semaphore.acquire({})).toBeDefined();
});
