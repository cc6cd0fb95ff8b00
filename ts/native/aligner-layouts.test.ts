import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertCheckpoint } from "../convert/convert.ts";
import { uniform } from "../convert/recipe.ts";
import {
  alignerClasses,
  alignerConfig,
  alignerFolder,
  alignerHead,
  alignerTensors,
  alignerTimestamp,
} from "../testing/aligner.ts";
import { CheckpointFolders } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { difference, speech } from "../testing/goldens.ts";
import { readSafetensors, type Tensors, writeSafetensors } from "../testing/safetensors.ts";
import { Model } from "./model.ts";

// An aligner in every published layout, and with what can be wrong with one.

const folders = new CheckpointFolders();
const scratch = mkdtempSync(join(tmpdir(), "bun-asr-aligner-layouts-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  folders[Symbol.dispose]();
});

/** What the head says of some words in three seconds. */
function logitsOf(folder: string): Float32Array {
  using model = Model.open(folder, { kind: "aligner", precision: "full" });
  using session = model.session();
  session.mel(speech(48_000));
  const pads = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
  const words = [30, 31, 32, 33].flatMap((id) => [id, alignerTimestamp, alignerTimestamp]);
  session.prefill(Int32Array.of(5, ...pads, 6, ...words));
  const logits = new Float32Array(session.slots().length * alignerClasses);
  session.read("logits", logits);
  return logits;
}

const official = alignerFolder(folders);
const reference = logitsOf(official);

function renamed(tensors: Tensors, rename: (name: string) => string): Tensors {
  return new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
}

const withoutPrefix = (name: string) => name.replace(/^thinker\./, "");

/** The checkpoint in MLX's layout, as mlx-community quantizes it, and its config.json. */
async function quantized(bits: 4 | 6 | 8 | "none"): Promise<{ tensors: Tensors; config: string }> {
  const out = join(scratch, String(bits));
  const recipe = { bits: uniform(bits), groupSize: 64 } as const;
  await convertCheckpoint(official, out, { recipe, overwrite: true });
  return {
    tensors: readSafetensors(readFileSync(join(out, "model.safetensors"))),
    config: readFileSync(join(out, "config.json"), "utf8"),
  };
}

describe("layouts of the same weights", () => {
  test("without the prefix", () => {
    const folder = alignerFolder(folders, renamed(alignerTensors, withoutPrefix));
    expect(difference(logitsOf(folder), reference)).toBe(0);
  });

  test("MLX's convolutions", async () => {
    const { tensors, config } = await quantized("none");
    expect(difference(logitsOf(alignerFolder(folders, tensors, config)), reference)).toBe(0);
  });

  test("the sizes at the top of config.json", async () => {
    const { tensors, config } = await quantized("none");
    const { thinker_config: thinker, ...root } = JSON.parse(config);
    const flat = JSON.stringify({ ...thinker, ...root, model_type: "qwen3_forced_aligner" });
    expect(difference(logitsOf(alignerFolder(folders, tensors, flat)), reference)).toBe(0);
  });

  test.each([
    ["num_labels", { num_labels: alignerClasses }],
    ["labels", { id2label: Object.fromEntries(Array(alignerClasses).fill("x").entries()) }],
  ])("transformers: score.weight and %s", (_, classes) => {
    const names = renamed(alignerTensors, (name) =>
      withoutPrefix(name)
        .replace(/^audio_tower\.proj([12])\./, "model.multi_modal_projector.linear_$1.")
        .replace(/^audio_tower\./, "model.audio_tower.")
        .replace(/^model\.(?=embed|layers|norm)/, "model.language_model.")
        .replace(/^lm_head\./, "score."),
    );
    const { thinker_config: thinker, ...root } = JSON.parse(alignerConfig());
    delete thinker.classify_num;
    const config = { ...thinker, ...root, model_type: "qwen3_asr", ...classes };
    const folder = alignerFolder(folders, names, JSON.stringify(config));
    expect(difference(logitsOf(folder), reference)).toBe(0);
  });
});

describe("quantized", () => {
  test("8 bits go without a note", async () => {
    const { tensors, config } = await quantized(8);
    using model = Model.open(alignerFolder(folders, tensors, config), { kind: "aligner" });
    expect(model.info.notes).toEqual([]);
  });

  test("a head of 8 bits is the one that its codes stand for", async () => {
    const { tensors, config } = await quantized(8);
    expect(tensors.has("lm_head.scales")).toBe(true);
    const found = logitsOf(alignerFolder(folders, tensors, config));
    const size = Math.hypot(...reference) / Math.sqrt(reference.length);
    const apart = Math.hypot(...found.map((value, i) => value - reference[i]!));
    expect(apart / Math.sqrt(reference.length)).toBeLessThan(0.05 * size);
  });

  test("aufklarer's: its prefix, PyTorch's convolutions and a float head stay", async () => {
    const { tensors, config } = await quantized(4);
    const mixed = renamed(tensors, (name) => `thinker.${name}`);
    for (const name of mixed.keys()) {
      if (/conv2d\d\.weight$/.test(name)) mixed.set(name, alignerTensors.get(name)!);
      if (name.includes("lm_head")) mixed.delete(name);
    }
    mixed.set("thinker.lm_head.weight", alignerHead);
    const folder = alignerFolder(folders, mixed, config);
    // The same but for the head, which has its codes there.
    const plain = new Map(tensors);
    for (const part of ["weight", "scales", "biases"]) plain.delete(`lm_head.${part}`);
    plain.set("lm_head.weight", alignerHead);
    const expected = logitsOf(alignerFolder(folders, plain, config));
    expect(difference(logitsOf(folder), expected)).toBe(0);
    using model = Model.open(folder, { kind: "aligner" });
    expect(Object.keys(model.info.quantizedModules).sort()).toEqual(["4", "8"]);
    expect(model.info.notes).toEqual([expect.stringContaining("of 4 bits, whose times may drift")]);
  });
});

describe("what is wrong is told", () => {
  const opening = (folder: string) => () => Model.open(folder, { kind: "aligner" }).close();
  const changed = (change: Parameters<typeof alignerConfig>[0]) =>
    alignerFolder(folders, alignerTensors, alignerConfig(change));
  const without = (name: string) =>
    alignerFolder(folders, new Map([...alignerTensors].filter(([key]) => key !== name)));

  const faults: [string, () => string, ...string[]][] = [
    [
      "more classes than rows",
      () =>
        changed(({ thinker_config: thinker }) => Object.assign(thinker, { classify_num: 5000 })),
      "lm_head.weight",
      "expected [5000, 192]",
    ],
    [
      "classes that are none",
      () => changed(({ thinker_config: thinker }) => Object.assign(thinker, { classify_num: 2.5 })),
      "classify_num",
    ],
    [
      "a step of nothing",
      () => changed((config) => Object.assign(config, { timestamp_segment_time: 0 })),
      "timestamp_segment_time is 0",
    ],
    [
      "no id of a timestamp in a small vocabulary",
      () => changed((config) => Object.assign(config, { timestamp_token_id: undefined })),
      "timestamp_token_id is missing",
    ],
    [
      "an id beyond the vocabulary",
      () => changed((config) => Object.assign(config, { timestamp_token_id: 151_705 })),
      "timestamp_token_id is 151705, expected 0…403",
    ],
    [
      "the id of the audio's pads",
      () => changed((config) => Object.assign(config, { timestamp_token_id: 397 })),
      "timestamp_token_id is audio_token_id, too",
    ],
    ["no head", () => without("thinker.lm_head.weight"), "tensor lm_head.weight is missing"],
    [
      "a head with an offset",
      () => {
        const bias = { ...alignerHead, shape: [alignerClasses], data: new Uint8Array(180) };
        return alignerFolder(folders, new Map(alignerTensors).set("thinker.lm_head.bias", bias));
      },
      "unexpected tensor thinker.lm_head.bias",
    ],
    [
      "a file that ends early",
      () => {
        const bytes = writeSafetensors(alignerTensors);
        return folders.with({
          "model.safetensors": bytes.subarray(0, bytes.length - 100),
          "config.json": alignerConfig(),
        });
      },
      "model.safetensors",
    ],
  ];
  test.each(faults)("%s", (_, make, ...texts) => {
    const folder = make();
    return expectAsrError(opening(folder), "model", folder, ...texts);
  });
});
