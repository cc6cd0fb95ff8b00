import { seededRandom } from "../ts/wer/seeded-random.ts";
import type { Random } from "./check.ts";

/** Random numbers that depend on a seed and on the input they are for, and on nothing else. */
export function randomOf(seed: number, check: number, index: number): Random {
  return seededRandom(Number(Bun.hash.wyhash(`${seed} ${check} ${index}`) & 0xffffffffn));
}

/** A whole number from `from` to before `to`. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from));
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[between(random, 0, from.length)]!;
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random() * 256);
}
