import { describe, expect, test } from "bun:test";
import { clockText } from "../../text/clock-text.ts";
import { ProgressLine, recordingProgress } from "./progress-line.ts";

/** A line on a terminal of this width, with a clock that the test sets. */
function line(columns: number) {
  const shown: string[] = [];
  const clock = { now: 0 };
  const note = (text: string) => void shown.push(text);
  const terminal = { out: note, note, renew: note, outIsTty: true, noteIsTty: true, columns };
  return { shown, clock, line: new ProgressLine(terminal, true, () => clock.now) };
}

describe("the line", () => {
  test("comes after half a second, at most ten times a second", () => {
    const { shown, clock, line: progress } = line(80);
    for (clock.now = 0; clock.now < 2000; clock.now += 7) progress.update(() => `${clock.now}`);
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.length).toBeLessThanOrEqual(15);
    expect(Number(shown[0])).toBeGreaterThanOrEqual(500);
  });

  test("fits: first the name is cut, then the text, whole characters only", () => {
    const { shown, line: progress } = line(30);
    progress.show("  1:20 / 1:30", "a very long name of a file.wav");
    progress.show("x".repeat(50));
    progress.show("今天天气很好我们一起去公园散步吧然后回家");
    progress.show("two\nlines");
    expect(shown).toEqual([
      "…e of a file.wav  1:20 / 1:30",
      `…${"x".repeat(28)}`,
      "…我们一起去公园散步吧然后回家",
      "two lines",
    ]);
    for (const text of shown) expect(Bun.stringWidth(text)).toBeLessThan(30);
  });
});

test("times as people write them", () => {
  expect([0, 7.9, 750, 3725, 36_000].map(clockText)).toEqual([
    "0:00",
    "0:07",
    "12:30",
    "1:02:05",
    "10:00:00",
  ]);
});

test("how far a recording is", () => {
  expect(recordingProgress({ done: 0, total: undefined }, 100)).toBe("0:00");
  expect(recordingProgress({ done: 30, total: undefined }, 3000)).toBe("0:30  RTF 0.10");
  expect(recordingProgress({ done: 750, total: 3000 }, 75_000)).toBe(
    "12:30 / 50:00   25 % ██████░░░░░░░░░░░░░░░░░░  RTF 0.10  3:45 left",
  );
  const narrow = (columns: number) =>
    recordingProgress({ done: 750, total: 3000 }, 75_000, columns);
  expect([60, 50, 45, 35, 25, 12, 5].map(narrow)).toEqual([
    "12:30 / 50:00   25 % ████░░░░░░░░░░░░░░  RTF 0.10  3:45 left",
    "12:30 / 50:00   25 % ██░░░░░░  RTF 0.10  3:45 left",
    "12:30 / 50:00   25 %  RTF 0.10  3:45 left",
    "12:30 / 50:00   25 %  3:45 left",
    "12:30 / 50:00   25 %",
    " 25 % █░░░░░",
    " 25 %",
  ]);
});
