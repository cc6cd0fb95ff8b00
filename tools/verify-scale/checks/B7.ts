import type { ScaleCheck } from "../check.ts";
import { PlayedArchive, slots } from "../played.ts";

const planned = 100_000;
const left = 500;

// With a stand-in that answers at once. All but 500 shards have a part already: what
// a shard costs does not depend on how many there are, and what the driver holds does.
export const check: ScaleCheck = {
  name: "B7",
  title: "the driver of 100,000 shards",
  async run() {
    using archive = new PlayedArchive();
    await archive.planOfMany(planned, left);
    const seen = (await archive.run({ seconds: 0 }))!;
    const { tally, watch_cpu_s, driver_megabytes, seconds } = seen;
    const cpuMs = ((tally.cpu_s - watch_cpu_s) / left) * 1000;
    return {
      passed:
        tally.done === left &&
        tally.most_in_flight <= 2 * slots &&
        driver_megabytes < 300 &&
        cpuMs <= 2,
      figures:
        `${tally.most_in_flight} in flight at most for ${slots} slots, ` +
        `${driver_megabytes.toFixed(0)} MB, ${cpuMs.toFixed(2)} ms of processor a shard, ` +
        `${(left / seconds).toFixed(0)} shards a second`,
    };
  },
};
