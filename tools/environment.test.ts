import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { environmentPython } from "./environment.ts";
import { root } from "./folders.ts";

let folder = "";
let name = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-environment-"));
  name = basename(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(join(root, ".cache", name), { recursive: true, force: true });
  rmSync(join(root, `.cache/${name}.lock`), { force: true });
});

test("an environment is made once, and again when its pins are others", async () => {
  const requirements = join(folder, "requirements.txt");
  const reports: string[] = [];
  const make = (pins: string) => {
    writeFileSync(requirements, pins);
    const environment = { name, purpose: "nothing", requirements };
    return environmentPython(environment, (line) => reports.push(line));
  };
  const [first, second] = await Promise.all([make("# None.\n"), make("# None.\n")]);
  expect(second).toBe(first);
  expect(reports.filter((line) => line.includes("installing"))).toHaveLength(1);
  const child = Bun.spawn([first, "-c", "import sys; print(sys.prefix)"], { stdout: "pipe" });
  expect(await child.stdout.text()).toBe(`${join(root, ".cache", name)}\n`);

  await make("# None.\n");
  expect(reports.filter((line) => line.includes("installing"))).toHaveLength(1);
  await make("# Still none.\n");
  expect(reports.filter((line) => line.includes("installing"))).toHaveLength(2);

  const absent = make("a-package-that-is-nowhere @ file:///nonexistent.whl\n");
  expect(await absent.catch((error) => error.code)).toBe("native");
});
