import type { ScaleCheck } from "../check.ts";
import { runLocally } from "../local.ts";
import { counted, PlayedArchive } from "../played.ts";

// With a stand-in for the worker; drivers of the same files as Ray's, two slots each.
export const check: ScaleCheck = {
  name: "B5",
  title: "two drivers on one output at once",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan();
    const options = { workers: 2, seconds: 0.02 };
    const ends = await Promise.all([runLocally(archive, options), runLocally(archive, options)]);
    const { good, figures } = counted(await archive.rows());
    const given = archive.given();
    const twice = given.length - new Set(given).size;
    const statuses = ends.map(({ status }) => status).join(" and ");
    return {
      // Otherwise they were not at work together.
      passed: good && statuses === "0 and 0" && twice > 8,
      figures: `${figures}; ${twice} items run by both, one part kept; status ${statuses}`,
    };
  },
};
