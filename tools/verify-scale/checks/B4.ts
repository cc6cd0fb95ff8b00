import type { ScaleCheck } from "../check.ts";
import { runLocally } from "../local.ts";
import { PlayedArchive } from "../played.ts";

// With a stand-in for the worker, and without Ray, which has no part in it.
export const check: ScaleCheck = {
  name: "B4",
  title: "an item that crashes, one that hangs, one that is bad",
  async run() {
    using archive = new PlayedArchive();
    const kinds = ["ok", "crash", "ok", "hang", "ok", "bad", "ok", "ok"];
    await archive.plan(kinds);
    const { seconds } = await runLocally(archive, { flags: ["--item-seconds=3"] });
    const rows = await archive.rows();
    const told = rows.flatMap((row) =>
      "error" in row ? [`${row.id} ${row.error.code} ${row.error.attempts}`] : [],
    );
    const wanted = ["0001 worker_crash 3", "0003 worker_timeout 3", "0005 input 1"];
    return {
      passed: rows.length === kinds.length && told.join() === wanted.join(),
      figures: `${rows.length} rows, errors ${told.join(", ")} times; ${seconds.toFixed(1)} s`,
    };
  },
};
