import { expect, test } from "bun:test";
import { turns } from "./turns.ts";

test("ours runs between any two of the others", () => {
  expect(turns(["ours"], ["small", "large"], 2).join(" ")).toBe(
    "ours small ours large ours small ours large",
  );
});

test("without others, ours runs alone", () => {
  expect(turns(["ours", "demo"], [], 2)).toEqual(["ours", "demo", "ours", "demo"]);
});
