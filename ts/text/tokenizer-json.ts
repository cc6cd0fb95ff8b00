import { type Json, objectOf } from "../checkpoint/json-file.ts";

// tokenizer.json, as Rust's `tokenizers` writes it: a program of steps, of which one is run here.

/** How Qwen2 cuts text into words, as its own files have it. */
const wordPattern = [
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
  String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`,
  String.raw`\p{N}`,
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*`,
  String.raw`\s*[\r\n]+`,
  String.raw`\s+(?!\S)`,
  String.raw`\s+`,
].join("|");

/** What the model of Qwen2 has, where it has it at all. */
const modelFields: Readonly<Record<string, readonly unknown[]>> = {
  type: ["BPE"],
  dropout: [0],
  unk_token: [],
  continuing_subword_prefix: [""],
  end_of_word_suffix: [""],
  byte_fallback: [false],
  ignore_merges: [false],
};

/** Throws what `bad` makes unless the file asks for the tokenizer of Qwen2, which runs here. */
export function checkComputed(file: Json, bad: (why: string) => Error): void {
  const model = objectOf(file["model"]) ?? {};
  for (const [name, allowed] of Object.entries(modelFields)) {
    const value = model[name] ?? undefined;
    if (value === undefined || allowed.includes(value)) continue;
    throw bad(`model.${name} is ${JSON.stringify(value)}, which is not computed here`);
  }
  const normalizers = steps(file["normalizer"], "normalizers");
  if (normalizers.length !== 1 || normalizers[0]?.["type"] !== "NFC") {
    throw bad("normalizer is not NFC, which is what is computed here");
  }
  const [split, bytes, ...others] = steps(file["pre_tokenizer"], "pretokenizers");
  const isQwen =
    others.length === 0 &&
    split?.["type"] === "Split" &&
    split["behavior"] === "Isolated" &&
    split["invert"] !== true &&
    objectOf(split["pattern"])?.["Regex"] === wordPattern &&
    bytes?.["type"] === "ByteLevel" &&
    bytes["add_prefix_space"] !== true &&
    bytes["use_regex"] === false;
  if (!isQwen) throw bad("pre_tokenizer is not that of Qwen2, which is what is computed here");
}

/** A step, or the steps of a sequence. */
function steps(step: unknown, list: string): (Json | undefined)[] {
  const fields = objectOf(step);
  if (fields === undefined) return [];
  const inner = fields[list];
  return fields["type"] === "Sequence" && Array.isArray(inner) ? inner.map(objectOf) : [fields];
}

/** The ids of tokens. */
export function vocabularyEntriesOf(file: Json, bad: (why: string) => Error): Json {
  const vocab = objectOf(objectOf(file["model"])?.["vocab"]);
  if (vocab === undefined) throw bad("model.vocab is missing");
  return vocab;
}

/** The merges, which older files write as `"a b"`, newer ones as `["a", "b"]`. */
export function mergeListOf(file: Json, bad: (why: string) => Error): readonly unknown[] {
  const merges = objectOf(file["model"])?.["merges"];
  if (!Array.isArray(merges)) throw bad("model.merges is missing");
  return merges;
}
