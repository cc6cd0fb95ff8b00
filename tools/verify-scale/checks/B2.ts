import type { ScaleCheck } from "../check.ts";
import { counted, maxAgain, PlayedArchive, ranAgain } from "../played.ts";

// With a stand-in for the worker.
export const check: ScaleCheck = {
  name: "B2",
  title: "driver and cluster are killed: the same command goes on",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan();
    await archive.run({ killAllAt: 100 });
    const [before, first] = [archive.parts(), archive.given().length];
    const seen = (await archive.run())!;
    const after = archive.parts();
    const kept = [...before].filter(([name, time]) => after.get(name) === time).length;
    const { good, figures } = counted(await archive.rows());
    const again = ranAgain(archive.given());
    return {
      passed: good && kept === before.size && before.size > 0 && again <= maxAgain,
      figures:
        `killed at ${first} with ${before.size} parts, ${kept} of them as they were; ` +
        `${figures}; ${again} run again, ${seen.seconds.toFixed(1)} s`,
    };
  },
};
