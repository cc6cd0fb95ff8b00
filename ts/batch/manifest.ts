import { createReadStream } from "node:fs";
import { dirname, resolve } from "node:path";
import { located } from "../audio/url.ts";
import { AsrError } from "../contract/errors.ts";
import { whyUnread } from "../contract/unread.ts";
import { itemOn } from "./fields.ts";
import type { Item } from "./item.ts";
import { rawLinesOf, textOf } from "./lines.ts";
import { s3Place } from "./output/s3.ts";

/** The recordings of an archive. */
export interface Manifest {
  items: Item[];
  /** The SHA-256 of the file's bytes. */
  sha256: string;
}

/**
 * Reads a manifest: a JSON object a line. Paths count from the manifest's folder, and become
 * absolute. Throws AsrError `input` that names the line.
 */
export async function readManifest(file: string): Promise<Manifest> {
  const hasher = new Bun.CryptoHasher("sha256");
  const items: Item[] = [];
  const lineOf = new Map<string, number>();
  for await (const line of rawLinesOf(bytesOf(file, hasher))) {
    const where = `${file}, line ${line.number}`;
    const text = textOf(line, where);
    if (text.trim() === "") continue;
    const item = itemOn(text, where);
    const before = lineOf.get(item.id);
    if (before !== undefined) {
      const hint = "each row is found by its id: give every item one of its own";
      throw new AsrError("input", `${where}: the id "${item.id}" is line ${before} too`, hint);
    }
    lineOf.set(item.id, line.number);
    items.push({ ...item, audio: placeOf(item.audio, file, where) });
  }
  if (items.length === 0) throw new AsrError("input", `${file}: has no recordings`);
  return { items, sha256: hasher.digest("hex") };
}

/** The SHA-256 of a manifest that a plan was made from; undefined where it is not here any more. */
export async function manifestHash(file: string): Promise<string | undefined> {
  const hasher = new Bun.CryptoHasher("sha256");
  try {
    for await (const _ of bytesOf(file, hasher));
  } catch {
    // A plan is all that a run needs.
    return undefined;
  }
  return hasher.digest("hex");
}

async function* bytesOf(file: string, hasher: Bun.CryptoHasher): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of createReadStream(file)) {
      hasher.update(bytes);
      yield bytes;
    }
  } catch (error) {
    throw new AsrError("input", `${file}: ${whyUnread(error)}`, undefined, { cause: error });
  }
}

/** Where a recording lies. Throws AsrError `input` for a URL that names no place. */
function placeOf(audio: string, manifest: string, where: string): string {
  try {
    if (/^s3:\/\//i.test(audio)) {
      if (s3Place(audio).key !== "") return audio;
      throw new AsrError("input", `${audio}: names no object`, "expected s3://bucket/key");
    }
    const place = /^file:/i.test(audio) ? located(audio) : undefined;
    if (place !== undefined && "path" in place) return place.path;
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    throw new AsrError("input", `${where}: ${error.message}`, error.hint);
  }
  return resolve(dirname(manifest), audio);
}
