import { doAtOnce } from "../concurrency/at-once.ts";
import { AsrError } from "../contract/errors.ts";
import { program } from "../native/program.ts";
import type { Output } from "./output/output.ts";
import { milliseconds, type Shard } from "./packing.ts";

/** plan.json: what an output is the result of. It is written last, so a plan with it is whole. */
export interface Plan {
  version: 1;
  /** Where its shards lie; those of other plans lie elsewhere. */
  folder: string;
  manifest: { path: string; sha256: string; items: number };
  model: string;
  /** The SHA-256 of the checkpoint. */
  weights: string;
  /** Flags of every worker. */
  options: readonly string[];
  options_sha256: string;
  shards: number;
  shard_minutes: number;
  seconds: number;
  /** Items and seconds of each shard. */
  shard_items: readonly number[];
  shard_seconds: readonly number[];
}

/** What a plan is made of, besides its shards. */
export type PlanBasis = Pick<Plan, "manifest" | "model" | "weights" | "options" | "shard_minutes">;

export const planKey = "plan.json";
/** The most that six digits number. */
export const maxShards = 1_000_000;

const digits = (shard: number) => String(shard).padStart(6, "0");

/** The items of a shard, a line each. */
export const shardKey = ({ folder }: Pick<Plan, "folder">, shard: number): string =>
  `${folder}/${digits(shard)}.jsonl`;

/** The rows of a shard, in the order of its items. */
export const partKey = (shard: number): string => `parts/part-${digits(shard)}.jsonl`;

/** The number of a part by the name of its file. */
export function partNumber(name: string): number | undefined {
  const [, number] = /^part-(\d{6})\.jsonl$/.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** The plan of an output; undefined where there is none. Throws AsrError `output` for another. */
export async function readPlan(output: Output): Promise<Plan | undefined> {
  const text = await output.get(planKey);
  if (text === undefined) return undefined;
  try {
    const plan: Plan = JSON.parse(text);
    if (plan.version === 1 && Number.isInteger(plan.shards)) return plan;
  } catch {
    // It was written by something else.
  }
  const hint = "plan into another place";
  throw new AsrError("output", `${output.name}/${planKey}: is no plan of this version`, hint);
}

/** The plan of an output. Throws AsrError `usage` where there is none. */
export async function neededPlan(output: Output): Promise<Plan> {
  const plan = await readPlan(output);
  if (plan !== undefined) return plan;
  const hint = `make one with ${program} batch plan`;
  throw new AsrError("usage", `${output.name}: has no ${planKey}`, hint);
}

/** How many shards are written at once. */
const atOnce = 16;

/**
 * Writes a plan. Where there is one of the same manifest, weights and options it stays, and false
 * comes back. Throws AsrError `usage` where there is one of others.
 */
export async function writePlan(
  output: Output,
  basis: PlanBasis,
  shards: readonly Shard[],
): Promise<boolean> {
  if (shards.length > maxShards) {
    const hint = "give more --shard-minutes";
    throw new AsrError("usage", `${shards.length} shards are more than ${maxShards}`, hint);
  }
  const plan = planOf(basis, shards);
  const before = await readPlan(output);
  if (before !== undefined) {
    checkSame(output, before, plan);
    return false;
  }
  await doAtOnce(atOnce, shards.entries(), async ([number, shard]) => {
    // What is there is of a plan of the same, which was not finished, or is being written.
    await output.put(shardKey(plan, number), linesOf(shard));
  });
  if (await output.put(planKey, `${JSON.stringify(plan)}\n`)) return true;
  checkSame(output, await neededPlan(output), plan);
  return false;
}

function planOf(basis: PlanBasis, shards: readonly Shard[]): Plan {
  const { manifest, weights, shard_minutes } = basis;
  const options_sha256 = sha256(JSON.stringify(basis.options));
  // The same manifest packs otherwise where other lengths are found, and shards must not mix.
  const content = new Bun.CryptoHasher("sha256");
  for (const shard of shards) content.update(`${linesOf(shard)}\n`);
  const packing = content.digest("hex");
  const all = [manifest.sha256, manifest.path, weights, options_sha256, shard_minutes, packing];
  return {
    version: 1,
    folder: `plan/${sha256(JSON.stringify(all)).slice(0, 16)}`,
    ...basis,
    options_sha256,
    shards: shards.length,
    seconds: milliseconds(shards.reduce((sum, { seconds }) => sum + seconds, 0)),
    shard_items: shards.map(({ items }) => items.length),
    shard_seconds: shards.map(({ seconds }) => milliseconds(seconds)),
  };
}

const linesOf = ({ items }: Shard) => items.map((item) => `${JSON.stringify(item)}\n`).join("");

const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");

/** What makes rows other rows. */
function checkSame({ name }: Output, before: Plan, now: Plan): void {
  const changed = [
    before.manifest.sha256 !== now.manifest.sha256 && "another manifest",
    before.weights !== now.weights && "other weights",
    before.options_sha256 !== now.options_sha256 && "other options",
    before.shard_minutes !== now.shard_minutes && "other shards",
  ].filter((what) => what !== false);
  if (changed.length === 0) return;
  const hint = "plan into another place, or give what it was planned with";
  throw new AsrError("usage", `${name}: was planned with ${changed.join(" and ")}`, hint);
}
