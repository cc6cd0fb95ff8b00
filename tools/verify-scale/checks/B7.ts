import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { partKey } from "../../../ts/batch/plan.ts";
import type { ScaleCheck } from "../check.ts";
import { PlayedArchive, slots } from "../played.ts";

const planned = 100_000;
const left = 1000;

// With a stand-in that answers at once. All but the last thousand shards have a part already: what
// a shard costs does not depend on how many there are, and what the driver holds does.
export const check: ScaleCheck = {
  name: "B7",
  title: "the driver of 100,000 shards",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan(
      Array.from({ length: planned }, () => "ok"),
      1,
    );
    mkdirSync(join(archive.out, "parts"), { recursive: true });
    for (let shard = 0; shard < planned - left; shard++) {
      writeFileSync(join(archive.out, partKey(shard)), "");
    }
    const seen = (await archive.run({ seconds: 0 }))!;
    const { tally, driver_cpu_s, driver_megabytes, seconds } = seen;
    const cpuMs = (driver_cpu_s / left) * 1000;
    return {
      passed:
        tally.done === left &&
        tally.most_in_flight <= 2 * slots &&
        driver_megabytes < 300 &&
        cpuMs <= 2,
      figures:
        `${tally.most_in_flight} in flight at most for ${slots} slots, ${driver_megabytes.toFixed(0)} MB, ` +
        `${cpuMs.toFixed(2)} ms of processor a shard, ${(left / seconds).toFixed(0)} shards a second`,
    };
  },
};
