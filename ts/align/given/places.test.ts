import { expect, test } from "bun:test";
import { GivenPlaces } from "./places.ts";

const text = `It was the best of times, it was the worst of times. It was the age of wisdom, it was
the age of foolishness. There were a king with a large jaw and a queen with a plain face, on the
throne of England; there were a king with a large jaw and a queen with a fair face, on the throne of
France.`;

async function instead(heard: string, given: string | string[] = text) {
  const places = await GivenPlaces.of(given);
  const found = await places!.instead(heard, "English");
  return found.map(({ from, to, text: other }) => [heard.slice(from, to), other]);
}

test("a stretch of speech finds what the text has instead, between what is the same", async () => {
  expect(
    await instead("and a queen with a plum on the throne of England there were a king"),
  ).toEqual([[" plum", " plain face,"]]);
  expect(await instead("on the throne of Scotland there were a king with large jaw")).toEqual([]);
  expect(await instead("it was the worst of all times it was the age of wisdom")).toEqual([]);
  expect(await instead("it was the worst of times it was age of wisdom it was")).toEqual([
    ["", " the"],
  ]);
  // A line break is a space.
  expect(await instead("wisdom, it was the song foolishness. There were")).toEqual([
    [" song", " age of"],
  ]);
});

test("nothing is said of what could stand in several places, or nowhere", async () => {
  expect(await instead("there were a king with a jaw and a queen")).toEqual([]);
  expect(await instead("a text that is not in the book at all")).toEqual([]);
  expect(await instead("")).toEqual([]);
});

test("lines are one text, and what is too large is not looked up", async () => {
  const lines = ["turn on the light", "in the kitchen", "and wait"];
  expect(await instead("turn on the light in the chicken soup and wait", lines)).toEqual([
    [" chicken soup", " kitchen"],
  ]);
  expect(await GivenPlaces.of("字".repeat(250_001))).toBeUndefined();
});
