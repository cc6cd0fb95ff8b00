import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckpointFolders, shardNames, shards, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import type { Tensor, Tensors } from "../testing/safetensors.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { type ConvertOptions, convertCheckpoint } from "./convert.ts";
import { checkSpace } from "./output-folder.ts";
import { uniform } from "./recipe.ts";

// Whatever goes wrong is named, and nothing is left where the result would be or beside it.

let scratch = "";
let out = "";
let folders: CheckpointFolders;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "bun-asr-convert-faults-"));
  out = join(scratch, "out");
  folders = new CheckpointFolders();
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
  folders[Symbol.dispose]();
});

const recipe = { bits: uniform(4), groupSize: 64 } as const;

function convert(from: string, options: Partial<ConvertOptions> = {}): Promise<unknown> {
  return convertCheckpoint(from, out, { recipe, ...options });
}

const norm = "thinker.model.norm.weight";

function changed(change: (tensors: Tensors) => void): string {
  const tensors = new Map(whole);
  change(tensors);
  return folders.single(tensors);
}

function replaced(name: string, change: Partial<Tensor>): string {
  return changed((tensors) => tensors.set(name, { ...tensors.get(name)!, ...change }));
}

function withIndex(change: (map: Record<string, unknown>) => void): string {
  const folder = folders.sharded(shards);
  const path = join(folder, "model.safetensors.index.json");
  const index = JSON.parse(readFileSync(path, "utf8"));
  change(index.weight_map);
  writeFileSync(path, JSON.stringify(index));
  return folder;
}

function withConfig(change: (config: Record<string, Record<string, unknown>>) => void): string {
  const folder = folders.single(whole);
  const path = join(folder, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8"));
  change(config.thinker_config);
  writeFileSync(path, JSON.stringify(config));
  return folder;
}

describe("a bad checkpoint", () => {
  const cases: [string, () => string, ...string[]][] = [
    ["no folder", () => join(scratch, "nowhere"), "nowhere", "no such model folder"],
    ["an empty folder", () => folders.with({}), "no .safetensors file"],
    [
      "a truncated shard",
      () => {
        const folder = folders.sharded(shards);
        truncateSync(join(folder, shardNames[1]!), 700_000);
        return folder;
      },
      shardNames[1]!,
      "truncated",
    ],
    [
      "a missing shard",
      () => {
        const folder = folders.sharded(shards);
        rmSync(join(folder, shardNames[0]!));
        return folder;
      },
      shardNames[0]!,
      "is missing",
    ],
    [
      "an index that lies",
      () =>
        withIndex((map) => {
          map["thinker.more"] = shardNames[0];
        }),
      "thinker.more",
      "lists it",
    ],
    [
      "an index that points elsewhere",
      () =>
        withIndex((map) => {
          map[norm] = "../x.safetensors";
        }),
      "not a shard of this folder",
    ],
    [
      "a missing tensor",
      () => changed((tensors) => tensors.delete(norm)),
      "model.norm.weight",
      "is missing",
    ],
    [
      "another layout",
      () => changed((tensors) => tensors.set("model.vision_tower.x", tensors.get(norm)!)),
      "unexpected tensor model.vision_tower.x",
      "only Qwen3-ASR",
    ],
    [
      "a tensor twice",
      () => changed((tensors) => tensors.set("model.norm.weight", tensors.get(norm)!)),
      "twice",
    ],
    ["another shape", () => replaced(norm, { shape: [2, 96] }), norm, "[2, 96]", "[192]"],
    ["integers", () => replaced(norm, { dtype: "I16" }), norm, "I16"],
    [
      "NaN",
      () => replaced(norm, { data: new Uint8Array(384).fill(0xff) }),
      "model.norm",
      "not finite",
    ],
    [
      "too many layers in the config",
      () =>
        withConfig((thinker) => {
          thinker["text_config"]!["num_hidden_layers"] = 3;
        }),
      "model.layers.2",
      "is missing",
    ],
    [
      "a config without sizes",
      () =>
        withConfig((thinker) => {
          delete thinker["audio_config"];
        }),
      "config.json",
      "audio_config is missing",
    ],
    [
      "merges that are cut",
      () => {
        const folder = folders.sharded(shards);
        writeFileSync(join(folder, "merges.txt"), "");
        return folder;
      },
      "merges.txt",
      "the list is cut",
    ],
    ["a quantized one", () => join(goldensFolder, "small-q4"), "quantized already"],
    [
      "quantized weights behind a plain config",
      () => {
        const folder = folders.with({});
        const from = join(goldensFolder, "small-q4/model.safetensors");
        copyFileSync(from, join(folder, "model.safetensors"));
        return folder;
      },
      "not a float type",
    ],
  ];
  test.each(cases)("%s is named", async (_, make, ...texts) => {
    await expectAsrError(() => convert(make()), "model", ...texts);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe("a place that is taken", () => {
  test("is left as it is", async () => {
    await convert(source);
    await expectAsrError(() => convert(source), "usage", out, "exists already", "--overwrite");
    expect(readdirSync(scratch)).toEqual(["out"]);
  });

  test("is overwritten when that is asked for, old files and all", async () => {
    await convert(source, { recipe: { ...recipe, bits: uniform("none") }, shardBytes: 400_000 });
    await convert(source, { overwrite: true });
    const files = readdirSync(out).filter((name) => name.endsWith(".safetensors"));
    expect(files).toEqual(["model.safetensors"]);
    expect(readdirSync(scratch)).toEqual(["out"]);
  });

  test("stays when the new conversion fails", async () => {
    await convert(source);
    const before = readFileSync(join(out, "model.safetensors"));
    const bad = replaced(norm, { data: new Uint8Array(384).fill(0xff) });
    await expectAsrError(() => convert(bad, { overwrite: true }), "model", "not finite");
    expect(readFileSync(join(out, "model.safetensors")).equals(before)).toBe(true);
    expect(readdirSync(scratch)).toEqual(["out"]);
  });

  test("is never anything but a model", async () => {
    mkdirSync(out);
    writeFileSync(join(out, "thesis.txt"), "years of work");
    const again = () => convert(source, { overwrite: true });
    await expectAsrError(again, "usage", "is not a model folder");
    expect(readdirSync(out)).toEqual(["thesis.txt"]);
    rmSync(out, { recursive: true });
    writeFileSync(out, "a file");
    await expectAsrError(again, "usage", "is not a model folder");
    expect(readFileSync(out, "utf8")).toBe("a file");
  });

  test("may be an empty folder", async () => {
    mkdirSync(out);
    await convert(source);
    expect(readdirSync(out)).toContain("config.json");
  });

  test("is not the source, nor in it, by whatever name", async () => {
    const folder = folders.sharded(shards);
    symlinkSync(folder, join(scratch, "link"));
    for (const place of [folder, join(folder, "q4"), join(scratch, "link/q4")]) {
      const attempt = () => convertCheckpoint(folder, place, { recipe, overwrite: true });
      await expectAsrError(attempt, "usage", "lies in the source folder");
    }
    expect(existsSync(join(folder, "q4"))).toBe(false);
  });
});

test("a place that cannot be made is named", async () => {
  writeFileSync(join(scratch, "file"), "");
  const place = join(scratch, "file/out");
  const attempt = () => convertCheckpoint(source, place, { recipe });
  await expectAsrError(attempt, "usage", place, "cannot be written");
});

test("a disk without room is told before anything is written", async () => {
  await expectAsrError(() => checkSpace(scratch, 1e18), "usage", scratch, "1000000 TB");
  await checkSpace(scratch, 1);
});

test("an abort at any moment leaves nothing behind", async () => {
  const random = seededRandom(7);
  for (let round = 0; round < 20; round++) {
    const controller = new AbortController();
    const end = random();
    const onProgress = (share: number) => {
      if (share >= end) controller.abort();
    };
    const work = convert(source, { signal: controller.signal, onProgress, blockBytes: 20_000 });
    await expect(work).rejects.toThrow("abort");
    expect(readdirSync(scratch)).toEqual([]);
  }
});

test("a file that may not grow, as on a full disk, leaves nothing behind", async () => {
  // A limit of the shell in blocks of 512 or 1024 bytes; the signal that goes with it is ignored.
  const script = `
    import { convertCheckpoint } from ${JSON.stringify(join(import.meta.dir, "convert.ts"))};
    const recipe = { bits: { decoder: 4, embedding: 4, encoder: "none" }, groupSize: 64 };
    const [from, out] = process.argv.slice(-2);
    await convertCheckpoint(from, out, { recipe }).then(
      () => console.log("done"),
      (error) => console.log(error.code, error.oneLine),
    );`;
  const file = join(scratch, "run.ts");
  writeFileSync(file, script);
  const limited = 'trap "" XFSZ; ulimit -f 200; exec "$@"';
  const command = [process.execPath, file, source, out];
  const child = Bun.spawnSync(["bash", "-c", limited, "bash", ...command]);
  expect(child.stdout.toString()).toMatch(/^usage .*out: cannot be written: EFBIG/);
  expect(readdirSync(scratch)).toEqual(["run.ts"]);
});
