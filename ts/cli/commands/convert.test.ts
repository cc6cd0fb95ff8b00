import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { source } from "../../testing/checkpoint.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { convertCommand } from "./convert.ts";

const scratch = mkdtempSync(join(tmpdir(), "bun-asr-convert-command-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const run = (...argv: string[]) => outcomeOf((terminal) => convertCommand.run(argv, terminal));

test("prints a checksum on standard output and notes on standard error", async () => {
  const out = join(scratch, "q4");
  const { status, out: text, notes } = await run("--model", source, "--out", out);
  expect(status).toBe(0);
  expect(text).toMatch(/^[0-9a-f]{64} {2}.*\/q4\/model\.safetensors\n$/);
  expect(notes).toMatch(/^converting .*\n1\.51 MB became 765 kB in \d+\.\d s\n$/);
  const quiet = await run("--model", source, "--out", out, "--overwrite", "--quiet");
  expect(quiet).toEqual({ status: 0, out: text, notes: "" });
});

test("the flags make the recipe", async () => {
  const entryOf = async (...flags: string[]) => {
    const out = join(scratch, "flags");
    const { status } = await run("-m", source, "-o", out, "--overwrite", ...flags);
    expect(status).toBe(0);
    return JSON.parse(readFileSync(join(out, "config.json"), "utf8")).quantization;
  };
  const eight = { group_size: 64, bits: 8, mode: "affine" };
  expect(await entryOf("--bits", "8")).toEqual(eight);
  expect(await entryOf("--bits", "5", "--group-size", "32")).toEqual({
    group_size: 32,
    bits: 5,
    mode: "affine",
  });
  expect(await entryOf("--bits", "none")).toBeUndefined();
  const mixed = { bits: 4, "model.embed_tokens": eight };
  expect(await entryOf("--recipe", "mixed")).toMatchObject({
    ...mixed,
    "audio_tower.conv_out": eight,
  });
  const floatEncoder = await entryOf("--recipe", "mixed", "--encoder-bits", "none");
  expect(floatEncoder).toEqual({ ...mixed, group_size: 64, mode: "affine" });
  const best = await entryOf("--recipe", "best");
  expect(best).toMatchObject({ ...mixed, "model.layers.0.self_attn.q_proj": eight });
  expect(await entryOf("--bits", "8", "--embedding-bits", "6", "--dtype", "f16")).toEqual({
    ...eight,
    "model.embed_tokens": { ...eight, bits: 6 },
  });
});

test("best is searched, and all else MLX's, unless told otherwise", async () => {
  const sumOf = async (...flags: string[]) => {
    const { out } = await run("-m", source, "-o", join(scratch, "q"), "--overwrite", ...flags);
    return out.split(" ")[0];
  };
  const [best, searched] = [
    await sumOf("--recipe", "best"),
    await sumOf("--recipe", "best", "--quantizer", "search"),
  ];
  expect(searched).toBe(best);
  expect(await sumOf("--recipe", "best", "--quantizer", "mlx")).not.toBe(best);
  const [plain, mlx] = [await sumOf(), await sumOf("--quantizer", "mlx")];
  expect(mlx).toBe(plain);
  expect(await sumOf("--quantizer", "search")).not.toBe(plain);
});

test("a recording calibrates; one that is not there fails before anything is written", async () => {
  const out = join(scratch, "calibrated");
  const speech = join(source, "../speech.wav");
  const { status } = await run("-m", source, "-o", out, "--calibrate", speech);
  expect(status).toBe(0);
  const missing = join(scratch, "missing.wav");
  const failed = await run("-m", source, "-o", `${out}2`, "--calibrate", missing);
  expect(failed.status).toBe(1);
  expect(failed.notes).toContain("missing.wav");
  expect(existsSync(`${out}2`)).toBe(false);
});

test("recordings in folders calibrate, and what is missing in one is told", async () => {
  const talks = join(scratch, "talks");
  mkdirSync(join(talks, "day 1"), { recursive: true });
  const whole = readFileSync(join(source, "../speech.wav"));
  writeFileSync(join(talks, "day 1/cut.wav"), whole.subarray(0, 80_000));
  const { status, notes } = await run("-m", source, "-o", `${talks}.out`, "--calibrate", talks);
  expect(status).toBe(0);
  expect(notes).toContain(`warning: ${talks}/day 1/cut.wav: it is cut short`);
  const empty = await run("-m", source, "-o", `${talks}.2`, "--calibrate", source);
  expect(empty.status).toBe(1);
  expect(empty.notes).toContain("no audio or video file in this folder; name its files");
});

test("matrices that stay float are noted", async () => {
  const { notes } = await run("-m", source, "-o", join(scratch, "128"), "--group-size", "128");
  expect(notes).toContain("note: model.embed_tokens.weight and 10 more");
});

test.each([
  [[], "--model MODEL is missing"],
  [["-m", source], "--out DIR is missing"],
  [["-m", source, "-o", "x", "--bits", "7"], "--bits 7: unknown; "],
  [["-m", source, "-o", "x", "--bit", "4"], "unknown flag --bit; did you mean --bits?"],
  [["-m", source, "-o", "x", "--recipe", "mixd"], "did you mean mixed?"],
  [["-m", source, "-o", "x", "--recipe", "mixed", "--bits", "4"], "give one"],
  [["-m", source, "-o", "x", "--group-size", "16"], "--group-size 16: unknown"],
  [["-m", source, "-o", "x", "--quantizer", "mlx", "--calibrate", "a.wav"], "--calibrate is for"],
  [["-m", source, "-o", "x", "--quantizer", "seach"], "did you mean search?"],
])("%p is refused", async (argv, text) => {
  const { status, out, notes } = await run(...argv);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(notes).toStartWith("error: ");
  expect(notes).toContain(text);
});
