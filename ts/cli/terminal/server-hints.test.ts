import { expect, test } from "bun:test";
import { serverHints } from "./server-hints.ts";

const url = new URL("http://127.0.0.1:8765");
const linesFor = (host: string | undefined, ...models: string[]) =>
  serverHints({ url, host, models }).trimEnd().split("\n");

test("whoever starts a server is told where its page and its API are", () => {
  expect(linesFor(undefined, "0.6b", "demo")).toEqual([
    "a browser finds its page there, clients take http://127.0.0.1:8765/v1; Ctrl-C ends it",
  ]);
});

test("that other machines reach it is said where they do", () => {
  const others = "other machines reach it by the name or an address of this one";
  for (const host of ["0.0.0.0", "::", "192.168.1.7"])
    expect(linesFor(host, "0.6b")).toContain(others);
  for (const host of ["127.0.0.1", "localhost", "::1"])
    expect(linesFor(host, "0.6b")).not.toContain(others);
});

test("whoever tries the demo model is told that it knows little", () => {
  expect(linesFor(undefined, "demo").at(-1)).toStartWith("note: the demo model knows");
});
