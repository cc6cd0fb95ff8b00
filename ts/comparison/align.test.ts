import { describe, expect, test } from "bun:test";
import { seededRandom } from "../wer/seeded-random.ts";
import { align, type Edit } from "./align.ts";

/** The distance by the table of the textbook. */
function plainDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, unit] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (unit === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

const side = (edits: Edit[], name: "ref" | "hyp") =>
  edits.flatMap((edit) => (name in edit ? [(edit as Record<typeof name, string>)[name]] : []));
const cost = (edits: Edit[]) => edits.filter(({ kind }) => kind !== "hit").length;
const kinds = (ref: string, hyp: string) =>
  align([...ref], [...hyp])
    .map(({ kind }) => kind[0])
    .join("");

function expectShortest(ref: string[], hyp: string[], cells?: number): void {
  const edits = align(ref, hyp, cells);
  expect(side(edits, "ref")).toEqual(ref);
  expect(side(edits, "hyp")).toEqual(hyp);
  expect(cost(edits)).toBe(plainDistance(ref, hyp));
  for (const edit of edits) {
    if (edit.kind === "hit") expect(edit.ref).toBe(edit.hyp);
    if (edit.kind === "substitution") expect(edit.ref).not.toBe(edit.hyp);
  }
}

/** Words from a small vocabulary, so that the same ones come often. */
function randomWords(random: () => number, length: number, vocabulary: number): string[] {
  return Array.from({ length }, () => `w${Math.floor(random() * vocabulary)}`);
}

/** The words with errors of all three kinds at this rate. */
function garbled(random: () => number, words: string[], rate: number): string[] {
  return words.flatMap((word) => {
    if (random() >= rate) return [word];
    const kind = Math.floor(random() * 3);
    return kind === 0 ? [] : kind === 1 ? [`x${word}`] : [word, "extra"];
  });
}

describe("align", () => {
  test("tells the kinds of errors apart", () => {
    expect(kinds("abc", "abc")).toBe("hhh");
    expect(kinds("abc", "axc")).toBe("hsh");
    expect(kinds("abc", "ac")).toBe("hdh");
    expect(kinds("ac", "abc")).toBe("hih");
    expect(kinds("", "ab")).toBe("ii");
    expect(kinds("ab", "")).toBe("dd");
    expect(kinds("", "")).toBe("");
  });

  test("is as short as the textbook's, around the borders of 32 bits", () => {
    const random = seededRandom(1);
    for (let round = 0; round < 300; round++) {
      const vocabulary = 1 + Math.floor(random() * 6);
      const ref = randomWords(random, Math.floor(random() * 100), vocabulary);
      const hyp = randomWords(random, Math.floor(random() * 100), vocabulary);
      expectShortest(ref, hyp);
    }
    for (const length of [31, 32, 33, 63, 64, 65]) {
      expectShortest(Array(length).fill("a"), Array(length + 1).fill("a"));
      expectShortest(Array(length).fill("a"), Array(length - 1).fill("b"));
    }
  });

  test("is as short when it must be cut", () => {
    const random = seededRandom(2);
    for (const cells of [1, 10, 500]) {
      for (let round = 0; round < 60; round++) {
        const ref = randomWords(random, Math.floor(random() * 90), 4);
        expectShortest(ref, garbled(random, ref, random()), cells);
        expectShortest(ref, randomWords(random, Math.floor(random() * 90), 4), cells);
      }
    }
  });

  test("takes a recording of hours, right or all wrong", () => {
    const random = seededRandom(3);
    const ref = randomWords(random, 30_000, 3000);
    const hyp = garbled(random, ref, 0.1);
    const started = performance.now();
    const edits = align(ref, hyp);
    expect(side(edits, "ref")).toEqual(ref);
    expect(side(edits, "hyp")).toEqual(hyp);
    expect(cost(edits)).toBeLessThanOrEqual(3200);
    expect(cost(edits)).toBeGreaterThan(2500);
    expect(cost(align(ref, Array(30_000).fill("never")))).toBe(30_000);
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});
