import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, objectOf, readJsonObject } from "../checkpoint/json-file.ts";
import { AsrError, messageOf } from "../contract/errors.ts";
import type { FoundHeads } from "./find-heads.ts";

/** What config.json says of heads, under `bun_asr`. */
export function headsEntry({ heads, errors }: Pick<FoundHeads, "heads" | "errors">) {
  return { alignment_heads: heads, alignment_offset_seconds: errors.offset };
}

/**
 * Throws AsrError `usage` where config.json of a model cannot be rewritten: in a cache that other
 * programs share it belongs to nobody.
 */
export function checkWritable(folder: string): void {
  if (!lstatSync(join(folder, "config.json")).isSymbolicLink()) return;
  const hint = "copy the folder (cp -rL), and give the copy as --model";
  throw new AsrError("usage", `${folder}: lies in a cache and is not changed`, hint);
}

/** Puts the heads into config.json of a model; all else there stays. */
export function writeHeads(folder: string, found: Pick<FoundHeads, "heads" | "errors">): void {
  const path = join(folder, "config.json");
  const config = readJsonObject(path);
  const own = { ...objectOf(config["bun_asr"]), ...headsEntry(found) };
  const text = rewritten(readFileSync(path, "utf8"), { ...config, bun_asr: own });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new AsrError("output", `${path}: cannot be written: ${messageOf(error)}`);
  }
}

/**
 * The text of config.json with another `bun_asr`, and with every other line as it was, numbers like
 * 1e-06 too; written anew where that does not give the same values.
 */
function rewritten(text: string, config: Json): string {
  const entry = `"bun_asr": ${JSON.stringify(config["bun_asr"], null, 2).replaceAll("\n", "\n  ")}`;
  const found = /"bun_asr"\s*:\s*\{/.exec(text);
  const changed =
    found === null
      ? text.replace("{", () => `{\n  ${entry},`)
      : text.slice(0, found.index) + entry + text.slice(objectEnd(text, found.index));
  const wanted = JSON.stringify(config, null, 2);
  return Bun.deepEquals(parsed(changed), JSON.parse(wanted)) ? changed : `${wanted}\n`;
}

/** Where the first object from a place on ends. Braces in strings may mislead it. */
function objectEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = text.indexOf("{", from); at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return text.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
