import { expect, test } from "bun:test";
import { bytes, duration, percent, significant } from "./format.ts";
import { markdownTable } from "./table.ts";

test("columns of numbers line up on their right", () => {
  const table = {
    title: "Speed",
    head: ["Model", "RTF", "Time"],
    rows: [
      ["small", "0.98", "9.8 s"],
      ["a larger one", "–", "not run: no time"],
    ],
  };
  expect(markdownTable(table)).toBe(
    [
      "| Model        |  RTF | Time             |",
      "| ------------ | ---: | ---------------- |",
      "| small        | 0.98 | 9.8 s            |",
      "| a larger one |    – | not run: no time |",
      "",
    ].join("\n"),
  );
});

test("a cell cannot break the table", () => {
  const table = { title: "", head: ["A"], rows: [["x | y\nz"]] };
  expect(markdownTable(table)).toBe("| A        |\n| -------- |\n| x \\| y z |\n");
});

test("durations have a unit and three digits", () => {
  const times = [0, 0.0123, 7.314, 142.4, 999.4, 1270, 62_480];
  expect(times.map(duration)).toEqual([
    "0 ms",
    "0.0123 ms",
    "7.31 ms",
    "142 ms",
    "999 ms",
    "1.27 s",
    "62.5 s",
  ]);
});

test("sizes are decimal", () => {
  expect([2_591_688, 174_701_578, 1_080_632_118].map(bytes)).toEqual([
    "2.6 MB",
    "175 MB",
    "1.08 GB",
  ]);
});

test("shares and numbers", () => {
  expect(percent(0.1234)).toBe("12.3 %");
  expect([0.00662, 0.139, 6.2, 35.04, 1234].map(significant)).toEqual([
    "0.00662",
    "0.139",
    "6.20",
    "35.0",
    "1234",
  ]);
});
