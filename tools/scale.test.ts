import { expect, test } from "bun:test";
import { root } from "./folders.ts";
import { python } from "./toolchain.ts";

test("the runner of archives, in Python", async () => {
  const command = [await python("a test"), "-m", "unittest", "discover", "-s", "scale"];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const child = Bun.spawn(command, { cwd: root, env, stderr: "pipe", stdout: "ignore" });
  const said = await child.stderr.text();
  if ((await child.exited) !== 0) expect(said).toBe("");
  expect(said).toMatch(/\nOK\n$/);
}, 180_000);
