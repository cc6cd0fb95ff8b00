import { readFileSync } from "node:fs";
import type { ScaleCheck } from "../check.ts";
import { counted, PlayedArchive } from "../played.ts";

// With a stand-in for the worker, slow enough that a node on a busy machine comes before the end.
export const check: ScaleCheck = {
  name: "B6",
  title: "a node that joins gets work",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan();
    const seen = (await archive.run({ nodes: 2, addNodeAt: 60, seconds: 0.8 }))!;
    const { good, figures } = counted(await archive.rows());
    // A line has the item, its worker, and the process of Ray that the worker is of.
    const lines = readFileSync(archive.log, "utf8").trimEnd().split("\n");
    const runners = (from: number, to?: number) =>
      new Set(lines.slice(from, to).map((line) => line.split(" ")[2]));
    const before = runners(0, seen.added_at ?? 0);
    const joined = [...runners(seen.added_at ?? 0)].filter((runner) => !before.has(runner));
    const shards = lines.filter((line) => joined.includes(line.split(" ")[2])).length / 8;
    return {
      passed: good && before.size === 2 && joined.length > 0 && shards >= 1,
      figures:
        `joined at ${seen.added_at}: it ran ${shards.toFixed(1)} shards; ${figures}; ` +
        `${seen.seconds.toFixed(1)} s`,
    };
  },
};
