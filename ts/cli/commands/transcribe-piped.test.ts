import { expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { demoSample } from "../../native/locate.ts";

const program = [process.execPath, join(import.meta.dir, "../main.ts"), "transcribe", "-q"];
// As quick as without a model, and with the same choice of inputs.
const command = [...program, "--list-tracks"];
const warning = "warning: no input is named, so this is the sample";

test.each<[string, "ignore" | "file"]>([
  ["", "ignore"],
  [warning, "file"],
])("without an input, %j before the sample where standard input is: %s", async (start, what) => {
  const stdin = what === "file" ? openSync(demoSample, "r") : what;
  const child = Bun.spawn(command, { stdin, stderr: "pipe" });
  const notes = await child.stderr.text();
  if (typeof stdin === "number") closeSync(stdin);
  expect(await child.exited).toBe(0);
  expect(notes.slice(0, warning.length)).toBe(start);
});

test("behind a pipe, too, but not where - names it", () => {
  const notes = (...names: string[]) => {
    const script = 'cat "$0" | "$@" 2>&1 >/dev/null';
    return Bun.spawnSync(["sh", "-c", script, demoSample, ...command, ...names]).stdout.toString();
  };
  expect(notes()).toStartWith(warning);
  expect(notes("-")).toBe("");
});
