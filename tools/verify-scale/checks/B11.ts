import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../folders.ts";
import type { ScaleCheck } from "../check.ts";
import { ownProgram, runProgram } from "../local.ts";
import { PlayedArchive } from "../played.ts";
import { writeClips } from "../speech.ts";

const clips = 24;

// With the demo model, on two nodes.
export const check: ScaleCheck = {
  name: "B11",
  title: "rows are what one process writes, byte for byte",
  async run() {
    const folder = mkdtempSync(join(root, ".cache/played-"));
    try {
      const paths = writeClips(join(folder, "clips"), clips);
      const manifest = join(folder, "in.jsonl");
      const lines = paths.map((audio, n) => `${JSON.stringify({ id: `${n}`, audio })}\n`);
      writeFileSync(manifest, lines.join(""));
      const [there, here] = [join(folder, "ray"), join(folder, "local")];
      for (const out of [there, here]) {
        const plan = ["--manifest", manifest, "-m", "demo", "-o", out, "--shard-minutes", "1"];
        await runProgram(["batch", "plan", ...plan]);
      }
      using archive = new PlayedArchive(there);
      const worker = [...ownProgram, "transcribe", "--worker", "-m", "demo"].join(" ");
      await archive.run({ nodes: 2, worker });
      await runProgram(["batch", "run", "-o", here]);
      const single = await runProgram(["transcribe", "-q", "--json", "-m", "demo", ...paths]);
      const texts = single.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).text);
      const rows = await archive.rows();
      const told = rows.sort((a, b) => Number(a.id) - Number(b.id));
      const equal = told.filter((row, n) => "text" in row && row.text === texts[n]).length;
      const names = readdirSync(join(here, "parts"));
      const same = names.filter((name) => partOf(there, name) === partOf(here, name)).length;
      return {
        passed: equal === clips && rows.length === clips && same === names.length && same > 1,
        figures:
          `${equal} of ${clips} texts as of transcribe, ` +
          `${same} of ${names.length} parts of two nodes as of one machine`,
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const partOf = (out: string, name: string) => readFileSync(join(out, "parts", name), "latin1");
