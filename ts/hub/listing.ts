import { formatOf } from "../checkpoint/foreign.ts";
import { indexName } from "../checkpoint/incomplete.ts";
import { missingName } from "../checkpoint/needed.ts";
import { AsrError } from "../contract/errors.ts";
import type { HubClient } from "./client.ts";
import { isContentHash } from "./digest.ts";
import type { HubModel } from "./names.ts";
import { Fault } from "./retries.ts";

/** A file of a model at one commit. */
export interface RemoteFile {
  name: string;
  /** In bytes. */
  size: number;
  /** The hash of the content, which names the blob. See `hashLike`. */
  hash: string;
}

/** What a checkpoint can have of a model at one commit, by file name. */
export interface Listing {
  commit: string;
  files: ReadonlyMap<string, RemoteFile>;
  /** Names of what no checkpoint has. */
  others: readonly string[];
}

/** What says which model it is. */
export const configName = "config.json";

const takenNames = new Set([
  configName,
  indexName,
  "vocab.json",
  "merges.txt",
  "tokenizer_config.json",
  "processor_config.json",
  "generation_config.json",
  "preprocessor_config.json",
  "chat_template.json",
  "chat_template.jinja",
  "tokenizer.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "quantization_config.json",
  "quantize_config.json",
]);

const shardPattern = /^\w[\w.-]{0,120}\.safetensors$/;

// A model is hostile until its files are checked; no published one comes near these.
const maxListed = 10_000;
const maxShards = 64;
const maxBytes = 64e9;
const maxTextBytes = 64e6;
const maxListingBytes = 16e6;

/** Whether a file of the hub belongs to a checkpoint: no other one is ever fetched. */
export function isTaken(name: string): boolean {
  return takenNames.has(name) || isWeights(name);
}

/** Whether a file of the hub holds tensors. */
export function isWeights(name: string): boolean {
  return shardPattern.test(name);
}

/** Asks the hub which commit a revision is, and which files it has. */
export async function fetchListing(
  client: HubClient,
  { id, revision }: HubModel,
  signal: AbortSignal,
): Promise<Listing> {
  const path = `/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  using response = await client.get(path, id, signal);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.chunks()) {
    length += part.length;
    if (length > maxListingBytes) throw unusable(id, "its list of files is too long");
    parts.push(part);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString());
  } catch {
    // A connection that was cut at the end of a chunk looks like this too.
    throw new Fault(`${id}: the hub's list of files is not JSON`);
  }
  return parseListing(value, id);
}

/** Checks what the hub says about a model; nothing was written yet. */
export function parseListing(value: unknown, id: string): Listing {
  const { sha, siblings } = fields(value);
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings)) {
    throw unusable(id, "the hub's answer names no commit and files");
  }
  if (siblings.length > maxListed) throw unusable(id, `it has ${siblings.length} files`);
  const files = new Map<string, RemoteFile>();
  const others: string[] = [];
  for (const sibling of siblings) {
    const { rfilename: name, size, blobId, lfs } = fields(sibling);
    if (typeof name !== "string" || !staysInside(name)) {
      throw unusable(id, `its file name ${JSON.stringify(name)} leads out of its folder`);
    }
    if (!isTaken(name)) {
      others.push(name);
      continue;
    }
    const { sha256 } = fields(lfs);
    files.set(name, checkedFile(id, name, size, sha256 ?? blobId));
  }
  return { commit: sha, files, others };
}

/** The files to fetch; `shards` are the names in the index, where there is one. */
export function checkpointFiles(
  { files, others }: Listing,
  id: string,
  shards: readonly string[] | undefined,
): RemoteFile[] {
  const weights = shards ?? [...files.keys()].filter(isWeights);
  if (others.includes("adapter_config.json") && !weights.some((name) => !/adapter/.test(name))) {
    throw unusable(id, "it is a LoRA adapter, not a model");
  }
  if (weights.length === 0) throw unusable(id, otherFormat(others));
  if (weights.length > maxShards) throw unusable(id, `it has ${weights.length} weight files`);
  const missing =
    missingName((name) => files.has(name)) ?? weights.find((name) => !files.has(name));
  if (missing !== undefined) throw unusable(id, `it has no ${missing}`);
  // Small files first: what is wrong with them shows before gigabytes were fetched.
  const taken = [...files.values()].filter(
    ({ name }) => !isWeights(name) || weights.includes(name),
  );
  taken.sort((a, b) => Number(isWeights(a.name)) - Number(isWeights(b.name)));
  const bytes = taken.reduce((sum, { size }) => sum + size, 0);
  if (bytes > maxBytes) throw unusable(id, `it has ${bytes} bytes`);
  return taken;
}

function otherFormat(names: readonly string[]): string {
  const format = names.map(formatOf).find((found) => found !== undefined);
  return format === undefined ? "it has no .safetensors file" : `its weights are ${format}`;
}

/** The shards that an index names, or undefined when it is no index. */
export function shardsOfIndex(text: string): string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const names = new Set(Object.values(fields(fields(value)["weight_map"])));
  return names.size > 0 && [...names].every((name) => typeof name === "string" && isWeights(name))
    ? ([...names] as string[]).sort()
    : undefined;
}

/** The error for a model that cannot be one of ours, whatever is fetched of it. */
export function unusable(id: string, why: string): AsrError {
  const hint = "choose the id of a Qwen3-ASR checkpoint in safetensors";
  return new AsrError("model", `${id}: cannot be used: ${why}`, hint);
}

/** Names are refused by the rules of every system, whichever this one is. */
function staysInside(name: string): boolean {
  const isPlain = !/[\\:]/.test(name) && [...name].every((character) => character >= " ");
  return isPlain && name.split("/").every((part) => !["", ".", ".."].includes(part));
}

function checkedFile(id: string, name: string, size: unknown, hash: unknown): RemoteFile {
  if (size === undefined || size === null) {
    const hint = "HF_ENDPOINT names a mirror that leaves sizes out: take another one, or unset it";
    throw new AsrError("model", `${id}: the hub lists ${name} without its size`, hint);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw unusable(id, `${name} has no size`);
  }
  if (typeof hash !== "string" || !isContentHash(hash)) throw unusable(id, `${name} has no hash`);
  if (size > (isWeights(name) ? maxBytes : maxTextBytes)) {
    throw unusable(id, `${name} has ${size} bytes`);
  }
  return { name, size, hash };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
