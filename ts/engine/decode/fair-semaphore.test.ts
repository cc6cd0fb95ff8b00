import { expect, test } from "bun:test";
import { Turns } from "./fair-semaphore.ts";

test("those who wait are served by turns, one place for each party", async () => {
  const turns = new Turns(1);
  const order: string[] = [];
  const parties = { long: {}, short: {} };
  const first = await turns.take(parties.long);
  const work = (name: keyof typeof parties, number: number) =>
    turns.take(parties[name]).then((place) => {
      order.push(`${name} ${number}`);
      place[Symbol.dispose]();
    });
  const all = [
    ...[1, 2, 3, 4].map((number) => work("long", number)),
    ...[1, 2].map((number) => work("short", number)),
  ];
  first[Symbol.dispose]();
  await Promise.all(all);
  expect(order).toEqual(["long 1", "short 1", "long 2", "short 2", "long 3", "long 4"]);
});

test("never more places than there are, and none is lost", async () => {
  const turns = new Turns(3);
  let [taken, most] = [0, 0];
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      using _place = await turns.take({ party: i % 4 });
      most = Math.max(most, ++taken);
      await Bun.sleep(i % 3);
      taken--;
    }),
  );
  expect(most).toBe(3);
  const again = await Promise.all([1, 2, 3].map(() => turns.take({})));
  expect(again.length).toBe(3);
});
