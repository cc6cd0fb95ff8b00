import { expect, test } from "bun:test";
import { isLikeShown } from "./like-shown.ts";

const shown = "00:00:01.990 --> 00:00:02.110\n<00:02.00>Turn\n360\t610\tTurn\t0\t0.9756\n";

test("times and probabilities may differ a little, and nothing else", () => {
  expect(isLikeShown(shown, shown)).toBe(true);
  expect(isLikeShown(shown.replace("01.990", "02.003"), shown)).toBe(true);
  expect(isLikeShown(shown.replace("0.9756", "0.9651"), shown)).toBe(true);
  expect(isLikeShown(shown.replace("610", "622"), shown)).toBe(true);
  expect(isLikeShown(shown.replace("610", "635"), shown)).toBe(false);
  expect(isLikeShown(shown.replace("01.990", "01.960"), shown)).toBe(false);
  expect(isLikeShown(shown.replace("0.9756", "0.9"), shown)).toBe(false);
  expect(isLikeShown(shown.replace("Turn\t0", "Turn\t1"), shown)).toBe(false);
  expect(isLikeShown(shown.replace("<00:02.00>", "<00:01:02.00>"), shown)).toBe(false);
  expect(isLikeShown(shown.replace("Turn", "turn"), shown)).toBe(false);
});
