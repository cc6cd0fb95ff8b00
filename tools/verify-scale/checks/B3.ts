import type { ScaleCheck } from "../check.ts";
import { runLocally } from "../local.ts";
import { counted, PlayedArchive } from "../played.ts";

// With a stand-in for the worker.
export const check: ScaleCheck = {
  name: "B3",
  title: "a finished job runs nothing again",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan();
    await runLocally(archive);
    const given = archive.given().length;
    const { good, figures } = counted(await archive.rows());
    const { seconds, tally } = (await archive.run())!;
    const ran = archive.given().length - given;
    return {
      passed: good && ran === 0 && tally.ran === 0 && seconds < 30,
      figures: `${figures}; ${ran} items run in ${seconds.toFixed(1)} s on a cluster`,
    };
  },
};
