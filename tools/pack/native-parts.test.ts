import { suffix } from "bun:ffi";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { demoModel } from "../../ts/native/locate.ts";
import { expectAsrError } from "../../ts/testing/expect-error.ts";
import { root } from "../folders.ts";
import { wheels } from "../pins.ts";
import { gatherNativeParts } from "./native-parts.ts";
import { notice } from "./testing/notice.ts";

setDefaultTimeout(120_000);

const isDarwin = process.platform === "darwin";
const library = `libBunASR.${suffix}`;
let work = "";
let folder = "";
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "bun-asr-parts-"));
  const gathered = join(work, "gathered");
  await gatherNativeParts(gathered, () => {});
  folder = join(work, "somewhere é else");
  renameSync(gathered, folder);
});
afterAll(() => rmSync(work, { recursive: true }));

test("the library loads where its folder was moved to, with what lies beside it", async () => {
  const module = join(root, "ts/native/model.ts");
  const script = `
    import { readFileSync } from "node:fs";
    const { Model } = await import(${JSON.stringify(module)});
    using model = Model.open(${JSON.stringify(join(root, "models", demoModel))});
    const isLinux = process.platform === "linux";
    console.log(model.info.vocabSize, isLinux ? readFileSync("/proc/self/maps", "utf8") : "");
  `;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...process.env, BUN_ASR_LIBRARY: join(folder, library), LD_LIBRARY_PATH: "" },
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = await child.stdout.text();
  expect(await child.exited).toBe(0);
  expect(said).toMatch(/^\d+ /);
  const loaded = [...said.matchAll(/ (\/.*\.so[.\d]*)$/gm)].map((found) => found[1]!);
  const foreign = loaded.filter((path) => !/^\/(?:usr\/)?lib/.test(path));
  const others = foreign.filter((path) => dirname(path) !== folder);
  expect(others).toEqual([]);
  if (process.platform !== "linux") return;
  const parts = readdirSync(folder).filter((name) => name !== "licenses");
  expect([...new Set(foreign.map((path) => basename(path)))].sort()).toEqual(parts.sort());
});

test("what others made comes with their licences, and NOTICE names both", () => {
  const gathered = readdirSync(join(folder, "licenses"));
  const ofToolchain = isDarwin ? [] : ["swift-LICENSE.txt"];
  const ofWheels = wheels.map(({ name }) => `${name}-LICENSE.txt`);
  const own = readdirSync(join(root, "tools/pack/licenses"));
  expect(gathered.sort()).toEqual([...own, ...ofWheels, ...ofToolchain].sort());

  expect(gathered.filter((name) => !notice.licenses.includes(name))).toEqual([]);
  const parts = readdirSync(folder).filter((name) => name !== "licenses");
  const unnamed = parts.filter((part) => !notice.files.some((name) => part.startsWith(name)));
  expect(unnamed).toEqual([]);
});

test("a folder in which something lies is left as it is", async () => {
  await expectAsrError(() => gatherNativeParts(folder), "usage", "is not empty");
  expect(existsSync(join(folder, library))).toBe(true);
});
