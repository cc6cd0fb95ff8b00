import { openOutput } from "../../../ts/batch/output/open.ts";
import type { ScaleCheck } from "../check.ts";
import { ownProgram } from "../local.ts";
import { ObjectStore } from "../object-store.ts";
import { counted, maxAgain, PlayedArchive, ranAgain } from "../played.ts";

// With a stand-in for the worker, and moto for S3.
export const check: ScaleCheck = {
  name: "B10",
  title: "the same in S3: a node is killed, then all",
  async run() {
    await using _store = await ObjectStore.start("bucket");
    const driver = ["--program", ownProgram.join(" ")];
    const winners = await race();

    using first = new PlayedArchive("s3://bucket/first");
    await first.plan();
    const seen = (await first.run({ killNodeAt: 71, driver }))!;
    const one = counted(await first.rows());
    const againOne = ranAgain(first.given());

    using second = new PlayedArchive("s3://bucket/second");
    await second.plan();
    await second.run({ killAllAt: 100, driver });
    const there = (await openOutput(second.out).names("parts")).length;
    const rest = (await second.run({ driver }))!;
    const two = counted(await second.rows());
    const againTwo = ranAgain(second.given());
    return {
      passed:
        one.good &&
        two.good &&
        againOne <= maxAgain &&
        againTwo <= maxAgain &&
        there > 0 &&
        rest.tally.was_done === there &&
        winners === 1,
      figures:
        `killed at ${seen.killed_at}: ${one.figures}, ${againOne} run again, ` +
        `${seen.seconds.toFixed(1)} s; all killed with ${there} parts: ${two.figures}, ` +
        `${againTwo} run again; ${winners} of 8 PUTs at once stored`,
    };
  },
};

/** Of many that write one object at once, how many are told that it is theirs. */
async function race(): Promise<number> {
  const output = openOutput("s3://bucket/race");
  const texts = Array.from({ length: 8 }, (_, n) => `${n}`.repeat(1000));
  const stored = await Promise.all(texts.map((text) => output.put("part", text)));
  const kept = await output.get("part");
  return kept === texts[stored.indexOf(true)] ? stored.filter(Boolean).length : 0;
}
