import { afterAll, describe, expect, test } from "bun:test";
import { alignerConfig, alignerFolder, alignerTensors } from "../testing/aligner.ts";
import { CheckpointFolders, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { checkConfig, checkedFolder } from "./check.ts";
import { kindOf } from "./kind.ts";

// An aligner where an aligner is wanted, a recognizer where that is, told by config.json.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

/** The configuration of transformers, which has the sizes at the top. */
function transformersConfig(classes: Record<string, unknown>): string {
  const { thinker_config: thinker, ...root } = JSON.parse(alignerConfig());
  delete thinker.classify_num;
  delete thinker.model_type;
  return JSON.stringify({ ...thinker, ...root, ...classes });
}

const labels = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [i, `LABEL_${i}`]));

describe("an aligner", () => {
  test.each([
    ["by classify_num", alignerConfig()],
    ["by num_labels", transformersConfig({ num_labels: 90 })],
    ["by the labels of its classes", transformersConfig({ id2label: labels })],
    [
      "whose model_type is its own",
      alignerConfig((config) => Object.assign(config, { model_type: "qwen3_forced_aligner" })),
    ],
  ])("%s", (_, config) => {
    const folder = alignerFolder(folders, alignerTensors, config);
    expect(kindOf(checkedFolder(folder, "aligner"))).toBe("aligner");
    expect(kindOf(checkedFolder(folder, "any"))).toBe("aligner");
    return expectAsrError(() => checkedFolder(folder), "model", folder, "is the forced aligner");
  });

  test("whose head alone shows it has no number of classes", () => {
    const config = alignerConfig(({ thinker_config: thinker }) => {
      delete thinker["classify_num"];
    });
    const folder = alignerFolder(folders, alignerTensors, config);
    const open = () => checkedFolder(folder, "aligner");
    return expectAsrError(open, "model", folder, "classify_num is missing");
  });

  test("in another format names the aligner that can be read", async () => {
    const gguf = folders.with({ "aligner-q8.gguf": "GGUF" });
    await expectAsrError(() => checkedFolder(gguf, "aligner"), "model", "GGUF", "take aligner or");
    const whisper = JSON.stringify({ model_type: "whisper" });
    await expectAsrError(
      () => checkConfig("org/name", JSON.parse(whisper), "aligner"),
      "model",
      "is Whisper",
      "take aligner",
    );
  });
});

describe("a recognizer", () => {
  test("is none of them", () => {
    expect(kindOf(checkedFolder(source))).toBe("recognizer");
    expect(kindOf(checkedFolder(source, "any"))).toBe("recognizer");
    const open = () => checkedFolder(source, "aligner");
    return expectAsrError(open, "model", source, "is a recognizer", "--model", "aligner");
  });

  test("may have the two labels that every model has by default", () => {
    const config = alignerConfig((changed) => {
      changed.thinker_config["model_type"] = "qwen3_asr";
      delete changed.thinker_config["classify_num"];
      changed["id2label"] = { 0: "LABEL_0", 1: "LABEL_1" };
      changed["num_labels"] = 2;
    });
    expect(kindOf(checkedFolder(alignerFolder(folders, whole, config)))).toBe("recognizer");
  });
});

test("a folder that is none is told with what there is of its kind", async () => {
  const call = (kind: "recognizer" | "aligner") => async () => checkedFolder("/nonexistent", kind);
  await expectAsrError(call("recognizer"), "model", "use `demo` or the folder of a Qwen3-ASR");
  const { hint } = await expectAsrError(call("aligner"), "model", "use `aligner` or the folder");
  expect(hint).not.toContain("demo");
});
