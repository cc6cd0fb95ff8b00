import { expect, test } from "bun:test";
import { doAtOnce } from "./at-once.ts";

test("does all, in order, and no more at once than it may", async () => {
  const begun: number[] = [];
  let [running, most] = [0, 0];
  await doAtOnce(3, Array(10).keys(), async (value) => {
    begun.push(value);
    most = Math.max(most, ++running);
    await Bun.sleep(value % 4);
    running--;
  });
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([running, most]).toEqual([0, 3]);
});

test("throws what fails first", async () => {
  const work = async (value: number) => {
    if (value === 2) throw new Error("the third");
  };
  await expect(doAtOnce(2, [0, 1, 2, 3], work)).rejects.toThrow("the third");
});
