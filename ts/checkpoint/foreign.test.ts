import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, shardNames, shards, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { type Tensors, writeSafetensors } from "../testing/safetensors.ts";
import { checkedFolder } from "./check.ts";

// What is no checkpoint of ours is told by its name, with the nearest thing that works.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

const config = JSON.parse(readFileSync(join(source, "config.json"), "utf8"));
const file = "model.safetensors";
const good = writeSafetensors(whole);

type Config = Record<string, unknown> & { thinker_config: Record<string, unknown> };

/** A whole checkpoint whose config.json is changed. */
function withConfig(change: (config: Config) => void, files: Record<string, string> = {}): string {
  const changed = structuredClone(config);
  change(changed);
  return folders.with({ [file]: good, "config.json": JSON.stringify(changed), ...files });
}

/** Files without a config.json. */
function bare(files: Record<string, string | Uint8Array>): string {
  const folder = folders.with(files);
  rmSync(join(folder, "config.json"));
  return folder;
}

function withTensor(name: string): string {
  const tensors: Tensors = new Map(whole);
  return folders.single(tensors.set(name, whole.get("thinker.model.norm.weight")!));
}

const lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 18760917\n";
const lora = { base_model_name_or_path: "Qwen/Qwen3-ASR-1.7B", r: 16 };
const adapter = { "adapter_config.json": JSON.stringify(lora) };
const quantized = (entry: object) => (changed: Config) =>
  Object.assign(changed, { quantization: entry, quantization_config: entry });
const method = (name: string) => (changed: Config) =>
  Object.assign(changed, { quantization_config: { quant_method: name } });

describe("what is something else", () => {
  const cases: [string, () => string, ...string[]][] = [
    ["a pointer of Git LFS", () => folders.with({ [file]: lfs }), file, "Git LFS", "git lfs pull"],
    [
      "a vocabulary that is a pointer",
      () => folders.with({ [file]: good, "tokenizer.json": lfs }),
      "tokenizer.json is a Git LFS pointer",
    ],
    ["a config that is one", () => folders.with({ [file]: good, "config.json": lfs }), "Git LFS"],
    [
      "a pointer of git-annex",
      () => folders.with({ [file]: "/annex/objects/SHA256E-s1--0.safetensors\n" }),
      "git-annex pointer",
    ],
    [
      "a shard that is missing",
      () => {
        const folder = folders.sharded(shards);
        rmSync(join(folder, shardNames[1]!));
        return folder;
      },
      `not complete: ${shardNames[1]} is missing`,
    ],
    [
      "the same without an index",
      () => folders.with({ [shardNames[1]!]: writeSafetensors(shards[1]!) }),
      `not complete: ${shardNames[0]} is missing`,
    ],
    [
      "a file that was not finished",
      () => folders.with({ "model.safetensors.incomplete": "123" }),
      "model.safetensors.incomplete was not finished",
    ],
    [
      "a file that aria2 has not finished",
      () => folders.with({ [file]: good, "model.safetensors.aria2": "" }),
      "model.safetensors.aria2 was not finished",
    ],
    [
      "a LoRA adapter",
      () => bare({ ...adapter, "adapter_model.safetensors": good }),
      "is a LoRA adapter of Qwen/Qwen3-ASR-1.7B",
      "merge_and_unload",
    ],
    [
      "an adapter of MLX",
      () =>
        bare({
          "adapter_config.json": '{"model":"Qwen/Qwen3-ASR-0.6B","fine_tune_type":"lora"}',
          "adapters.safetensors": good,
        }),
      "LoRA adapter of Qwen/Qwen3-ASR-0.6B",
    ],
    [
      "another adapter of PEFT",
      () => bare({ "adapter_config.json": '{"peft_type":"IA3"}' }),
      "is a IA3 adapter",
    ],
    [
      "a model that was saved within PEFT",
      () => withTensor("base_model.model.thinker.model.layers.0.mlp.up_proj.base_layer.weight"),
      "LoRA not merged",
    ],
    ["whisper.cpp", () => bare({ "ggml-large-v3.bin": "" }), "GGML, for whisper.cpp"],
    ["faster-whisper", () => folders.with({ "model.bin": "" }), "CTranslate2"],
    ["GGUF", () => bare({ "q4_k.gguf": "GGUF" }), "GGUF", "only safetensors", "0.6b"],
    ["ONNX", () => bare({ "encoder.onnx": "" }), "ONNX"],
    ["ExecuTorch", () => folders.with({ "model.pte": "" }), "ExecuTorch"],
    ["OpenVINO", () => folders.with({ "openvino_model.xml": "" }), "OpenVINO"],
    ["pickles", () => folders.with({ "pytorch_model.bin": "" }), "PyTorch pickles"],
    [
      "the forced aligner",
      () =>
        withConfig(({ thinker_config: thinker }) =>
          Object.assign(thinker, { model_type: "qwen3_forced_aligner", classify_num: 5000 }),
        ),
      "is the forced aligner",
      "--aligner",
      "0.6b or 1.7b",
    ],
    [
      "the aligner of transformers 5",
      () =>
        withConfig((changed) => {
          changed["architectures"] = ["Qwen3ASRForTokenClassification"];
        }),
      "forced aligner",
    ],
    ["a head of classes", () => withTensor("score.weight"), "forced aligner"],
    [
      "a head of fewer rows than words",
      () => {
        const head = { dtype: "BF16", shape: [100, 192], data: new Uint8Array(38_400) };
        return folders.single(new Map(whole).set("thinker.lm_head.weight", head));
      },
      "forced aligner",
    ],
    [
      "Whisper",
      () => folders.with({ [file]: good, "config.json": '{"model_type":"whisper"}' }),
      'is Whisper (model_type "whisper"), not Qwen3-ASR',
    ],
    [
      "an architecture that nobody knows",
      () => withConfig((changed) => Object.assign(changed, { model_type: "hears_all" })),
      'another architecture (model_type "hears_all")',
    ],
    [
      "an audio tower alone",
      () => bare({ [file]: writeSafetensors(towerAlone()) }),
      "audio tower without a decoder",
    ],
    [
      "a causal tower",
      () => withConfig((changed) => Object.assign(changed, { qwen_audio_strict_causal: true })),
      "causal streaming (qwen_audio_strict_causal)",
    ],
    ["mxfp4", () => withConfig(quantized({ bits: 4, mode: "mxfp4" })), "quantized as mxfp4"],
    ["mxfp8", () => withConfig(quantized({ bits: 8, mode: "mxfp8" })), "quantized as mxfp8"],
    [
      "nvfp4 in one module",
      () => withConfig(quantized({ bits: 4, "model.embed_tokens": { bits: 4, mode: "nvfp4" } })),
      "quantized as nvfp4",
      "only affine",
    ],
    ["EXL3", () => withConfig(method("exl3")), "EXL3"],
    ["GPTQ", () => withConfig(method("gptq")), "GPTQ"],
    ["a quantizer that is new", () => withConfig(method("sparkle")), "quantized as sparkle"],
    [
      "ModelOpt",
      () => withConfig(() => {}, { "hf_quant_config.json": '{"producer":{"name":"modelopt"}}' }),
      "ModelOpt",
    ],
    ["tensors of FP8", () => withTensor("thinker.model.norm.weight_scale_inv"), "FP8"],
    ["a Phonon-1 pack", () => folders.with({ "packed_manifest.json": "{}" }), "Phonon-1 pack"],
    ["a pack by its tensors", () => withTensor("model.layers.0.mlp.up_proj.quint5_q"), "Phonon-1"],
    [
      "quickasr",
      () =>
        folders.with({
          [file]: writeSafetensors(whole, (header) =>
            Object.assign(header, { __metadata__: { quickasr_format: "q8-1" } }),
          ),
        }),
      "quantized as quickasr",
    ],
    ["a file of GGUF", () => join(bare({ "q4.gguf": "GGUF" }), "q4.gguf"), "is GGUF"],
    ["no configuration", () => bare({ [file]: good }), "config.json: the file is missing"],
    [
      "a model a folder further down",
      () => {
        const folder = bare({ "README.md": "" });
        mkdirSync(join(folder, "Qwen3-ASR-1.7B"));
        writeFileSync(join(folder, "Qwen3-ASR-1.7B/config.json"), "{}");
        return folder;
      },
      "config.json: the file is missing",
      "Qwen3-ASR-1.7B",
    ],
  ];
  test.each(cases)("%s", (_, make, ...texts) => {
    const folder = make();
    return expectAsrError(() => checkedFolder(folder), "model", folder, ...texts);
  });
});

/** The encoder's tensors by the names that they have inside it. */
function towerAlone(): Tensors {
  const prefix = "thinker.audio_tower.";
  const own = [...whole].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

describe("what is ours", () => {
  test.each(["small", "small-q4", "small-mixed"])("the goldens %s", (name) => {
    expect(checkedFolder(join(goldensFolder, name)).path).toContain(name);
  });

  test("an adapter's leftovers beside a whole model", () => {
    checkedFolder(withConfig(() => {}, adapter));
  });

  test("weights that MLX quantized module by module, by either name", () => {
    const modes = { group_size: 64, bits: 4, "model.embed_tokens": { bits: 8, mode: "affine" } };
    checkedFolder(withConfig(quantized({ ...modes, "model.norm": false })));
    checkedFolder(withConfig((changed) => Object.assign(changed, { quantization: modes })));
  });

  test("leftovers of downloads that were finished later, or of other files", () => {
    checkedFolder(
      folders.with({
        [file]: good,
        "model.safetensors.part": "",
        "talk.mp3.part": "",
        "x.part": "",
      }),
    );
  });

  test("ONNX beside safetensors", () => {
    checkedFolder(folders.with({ [file]: good, "model.onnx": "" }));
  });
});
