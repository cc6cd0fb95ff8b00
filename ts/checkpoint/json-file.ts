// This folder: what a folder of files is, before a model is made of it: a checkpoint of ours, or
// what else, in one line.

import { readFileSync, statSync } from "node:fs";
import { AsrError, messageOf } from "../contract/errors.ts";
import { parseStrictJson } from "./strict-json.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** What describes a model is some kilobytes long; a longer file is something else. */
export const maxConfigBytes = 1_000_000;

/** The list of shards has a line for each tensor. */
export const maxIndexBytes = 32_000_000;

/** Reads a JSON object of a checkpoint. Throws AsrError `model` that names the file. */
export function readJsonObject(path: string, maxBytes = maxConfigBytes): Json {
  const hint = "fetch the checkpoint again, or point --model at another folder";
  const bad = (why: string) => new AsrError("model", `${path}: ${why}`, hint);
  let text: Uint8Array;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) throw bad("the file is missing");
    if (!found.isFile()) throw bad("is not a file");
    if (found.size > maxBytes) {
      throw bad(`${found.size} bytes are too long for this file; at most ${maxBytes} are read`);
    }
    text = readFileSync(path);
  } catch (error) {
    throw error instanceof AsrError ? error : bad(`cannot be read: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = parseStrictJson(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (error) {
    throw bad(`not valid JSON: ${messageOf(error)}`);
  }
  if (isObject(value)) return value;
  throw bad("not a JSON object");
}

/** The value as an object; undefined for anything else. */
export function objectOf(value: unknown): Json | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
