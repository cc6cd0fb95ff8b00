import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpy, type NpyArray } from "../cli/files/npy.ts";

/** What models/goldens/make.py wrote with the official implementation. */
export const goldensFolder = join(import.meta.dir, "../../models/goldens");

/** A stored array; of long ones only every n-th frame or row. */
interface Stored {
  file: string;
  every: number;
  /** Absolute; given where single precision itself is further off than the general bound. */
  tolerance?: number;
}

export interface GoldenCase {
  name: string;
  samples: number;
  language: string | null;
  context: string;
  frames: number;
  audioTokens: number;
  mel: Stored;
  encoder: Stored;
  inputIds: { file: string };
  logitsLast: { file: string };
  tokens: { file: string };
  stepLogits?: { file: string };
  attention?: { file: string };
}

export interface GoldenSet {
  folder: string;
  audio: string;
  tolerances: { mel: number; encoder: number; logits: number };
  cases: GoldenCase[];
}

/** The set in a folder, by default of the repository. */
export function goldenSet(name: string, parent: string = goldensFolder): GoldenSet {
  const folder = join(parent, name);
  return { ...JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")), folder };
}

export function readNpy(...path: string[]): NpyArray {
  const file = join(...path);
  return decodeNpy(readFileSync(file), file);
}

/** The first `length` samples of the goldens' recording, repeated end to end as often as needed. */
export function speech(length: number): Float32Array<ArrayBuffer> {
  const wav = readFileSync(join(goldensFolder, "speech.wav"));
  const octets = wav.subarray(wav.indexOf("data") + 8);
  return Float32Array.from({ length }, (_, i) => (octets[i % octets.length]! - 128) / 128);
}

/** The largest absolute difference; infinite when the sizes differ. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i]! - b[i]!);
    if (!(distance <= largest)) largest = distance;
  }
  return largest;
}
