import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nagisa, qwenAsr } from "../../ts/align/tables/pins.ts";
import { root } from "../folders.ts";
import { ffmpegWheel, wheels } from "../pins.ts";
import { notice } from "./testing/notice.ts";

// That what is shipped stands in NOTICE is tested where it is gathered; here that NOTICE is true.

test("versions are those that are pinned", () => {
  for (const { name, version } of wheels)
    expect(notice.text).toMatch(new RegExp(`${RegExp.escape(version)}, from the wheel ${name}\\b`));
  const { version, name } = ffmpegWheel;
  expect(notice.text).toContain(`${name} ${version}`);
  for (const { project, version } of [nagisa, qwenAsr])
    expect(notice.text).toContain(`${project} ${version}`);
  const manifest = readFileSync(join(root, "Package.swift"), "utf8");
  const [, swiftVersion] = /mlx-swift", exact: "([\d.]+)"/.exec(manifest) ?? [];
  expect(notice.text).toContain(`MLX Swift ${swiftVersion}, with`);
});

test("each licence that it names is shipped, and each that lies here is named", () => {
  const own = readdirSync(join(root, "tools/pack/licenses"));
  expect(own.filter((name) => !notice.licenses.includes(name))).toEqual([]);
  const fetched = ["mlx-cpu-", "mlx-metal-", "scipy-openblas32-", "swift-"];
  const others = fetched.map((name) => `${name}LICENSE.txt`);
  expect(notice.licenses.filter((name) => !own.includes(name)).sort()).toEqual(others.sort());
});

test("the voices that the demo was trained on are those of its recipe", () => {
  const recipe = readFileSync(join(root, "models/demo/train/voices.py"), "utf8");
  const [, trained = ""] = /^TRAINED = \[(.*?)^\]/ms.exec(recipe) ?? [];
  const voices = [...trained.matchAll(/Voice\("(\w+)", "([\w-]+)"/g)];
  expect(voices.length).toBeGreaterThan(10);
  const section = notice.text.slice(notice.text.indexOf("The demo model"));
  const rows = section.toLowerCase().match(/^ {2}\w.*$/gm) ?? [];
  const missing = voices.filter(([, program = "", speaker = ""]) => {
    const name = speaker.toLowerCase().replace("_diphone", "").replace("any", "");
    return !rows.some((row) => row.includes(program) && row.includes(name));
  });
  expect(missing.map(([voice]) => voice)).toEqual([]);
});
