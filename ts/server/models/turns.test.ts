import { expect, test } from "bun:test";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

test("the time to wait follows from what recordings took, and from how many wait", async () => {
  const turns = new Turns(2);
  const guessed = turns.secondsToWait;
  expect(guessed).toBeGreaterThan(1);
  for (const _ of [1, 2]) {
    const taken = [await turns.take(never), await turns.take(never)];
    await Bun.sleep(60);
    for (const each of taken) each[Symbol.dispose]();
  }
  // Two at once, of 0.06 s each: one more in 0.03 s.
  expect(turns.secondsToWait).toBeGreaterThan(0.025);
  expect(turns.secondsToWait).toBeLessThan(guessed / 5);
  const alone = turns.secondsToWait;
  const running = [await turns.take(never), await turns.take(never)];
  const waiting = [1, 2, 3].map(() => turns.take(never));
  expect(turns.secondsToWait).toBeCloseTo(4 * alone);
  for (const each of [...running, ...waiting]) (await each)[Symbol.dispose]();
  expect([turns.running, turns.waiting]).toEqual([0, 0]);
});

test("places that are held back go to nobody until they are released", async () => {
  const turns = new Turns(1);
  const first = await turns.take(never);
  turns.hold(true);
  first[Symbol.dispose]();
  let isServed = false;
  const second = turns.take(never).then((place) => {
    isServed = true;
    return place;
  });
  await Bun.sleep(5);
  expect(isServed).toBe(false);
  turns.hold(false);
  (await second)[Symbol.dispose]();
});
