import { expect, test } from "bun:test";
import { barChart, tickStep } from "./chart.ts";

const chart = barChart({
  title: "Time <to> transcribe",
  subtitle: "a machine",
  axis: "seconds",
  bars: [
    { label: "ours", detail: "bun-asr", value: 2, text: "2.00 s", isOurs: true },
    { label: "theirs", detail: "other & co", value: 60, text: "60.0 s", isOurs: false },
    { label: "tiny", detail: "bun-asr", value: 0.001, text: "1.00 ms", isOurs: true },
  ],
  mark: { value: 10, label: "real time" },
});

test("bars are as long as their values, on an axis that begins at 0", () => {
  const widths = [...chart.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, w]) => Number(w));
  expect(widths[1]! / widths[0]!).toBeCloseTo(30, 0);
  // What is too short to see still shows.
  expect(widths[2]).toBe(2);
  expect(chart).toContain(">0</text>");
});

test("it is well-formed, whatever the labels say", () => {
  expect(chart).toStartWith('<svg xmlns="http://www.w3.org/2000/svg"');
  expect(chart).toEndWith("</svg>\n");
  expect(chart).toContain("Time &lt;to> transcribe");
  expect(chart).toContain("other &amp; co");
  expect(chart.match(/<text/g)?.length).toBe(chart.match(/<\/text>/g)?.length);
});

test("everything stays inside the picture", () => {
  const width = Number(/width="(\d+)"/.exec(chart)![1]);
  for (const [, x] of chart.matchAll(/ x[12]?="([\d.]+)"/g)) expect(Number(x)).toBeLessThan(width);
});

test("a long label has room before the bars", () => {
  const label = "a model of that name in a recipe of ours";
  const bar = { label, detail: "", value: 1, text: "", isOurs: true };
  const long = barChart({
    title: "",
    subtitle: "",
    axis: "",
    bars: [bar],
    mark: { value: 1, label: "" },
  });
  const end = Number(/x="([\d.]+)"[^>]*class="label">a model/.exec(long)![1]);
  expect(end).toBeGreaterThan(label.length * 8);
  expect(Number(/<rect x="([\d.]+)"/.exec(long)![1])).toBeGreaterThan(end);
});

test("ticks are round numbers, at most eight steps", () => {
  expect([10, 62, 7, 1, 0.3].map(tickStep)).toEqual([2, 10, 1, 0.2, 0.05]);
});
