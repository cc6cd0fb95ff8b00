import { openSync, writeSync } from "node:fs";
import type { CheckModule, Random, Trials } from "./check.ts";
import { randomOf } from "./random.ts";

// A process that tries the inputs of one check, from one number to before another. It writes the
// number of each into a file before it begins, so that whoever watches it knows which one ended it;
// the folder that it is given for its inputs is removed by them, too.

const [path = "", seed = "", from = "", to = "", progress = "", folder = ""] =
  process.argv.slice(2);
const { check, open }: CheckModule = await import(path);
const trials = (await open(folder)) as Trials;
const file = openSync(progress, "w");
const mark = new Uint32Array(1);
for (let index = Number(from); index < Number(to); index++) {
  mark[0] = index;
  writeSync(file, new Uint8Array(mark.buffer), 0, 4, 0);
  const random: Random = randomOf(Number(seed), check.number, index);
  const why = await judged(trials, random, index);
  if (why !== undefined) tell({ index, why });
}
tell({ figures: trials.figures?.() ?? [] });
await trials.close?.();
process.exit(0);

/** What was wrong with an input; whatever is thrown is wrong. */
async function judged({ input, judge }: Trials, random: Random, index: number) {
  try {
    return await judge(input(random, index), index);
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
