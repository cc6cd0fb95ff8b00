import type { ScaleCheck } from "../check.ts";
import { counted, maxAgain, PlayedArchive, ranAgain } from "../played.ts";

// With a stand-in for the worker.
export const check: ScaleCheck = {
  name: "B1",
  title: "a node is killed: every row once",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan();
    const seen = (await archive.run({ killNodeAt: 71 }))!;
    const { good, figures } = counted(await archive.rows());
    const again = ranAgain(archive.given());
    const { killed_at, seconds, start_s, megabytes, processes, tally } = seen;
    const passed =
      good && again <= maxAgain && seconds < 120 && megabytes < 1500 && seen.status === 0;
    return {
      passed: passed && killed_at !== null && tally.losses > 0,
      figures:
        `killed at ${killed_at}: ${figures}; ${again} run again, ${seconds.toFixed(1)} s ` +
        `(+ ${start_s.toFixed(1)} s start), ${megabytes.toFixed(0)} MB in ${processes} processes`,
    };
  },
};
