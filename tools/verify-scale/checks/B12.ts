import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoModel, demoSample, modelFolder } from "../../../ts/native/locate.ts";
import { root } from "../../folders.ts";
import type { ScaleCheck } from "../check.ts";
import { runProgram } from "../local.ts";

// With the demo model, without Ray.
export const check: ScaleCheck = {
  name: "B12",
  title: "another manifest or model is refused",
  async run() {
    const folder = mkdtempSync(join(root, ".cache/played-"));
    try {
      const [manifest, out] = [join(folder, "in.jsonl"), join(folder, "out")];
      const model = join(folder, "model");
      cpSync(modelFolder(demoModel), model, { recursive: true });
      writeFileSync(manifest, `${JSON.stringify({ id: "1", audio: demoSample })}\n`);
      const plan = ["batch", "plan", "--manifest", manifest, "-m", model, "-o", out];
      const run = ["batch", "run", "-q", "-o", out];
      const statuses = [await runProgram(plan), await runProgram(run)];
      appendFileSync(join(model, "config.json"), " ");
      statuses.push(await runProgram(run), await runProgram(plan));
      cpSync(modelFolder(demoModel), model, { recursive: true });
      appendFileSync(manifest, " ");
      statuses.push(await runProgram(run), await runProgram(plan));
      const told = statuses.map(({ status }) => status).join(" ");
      return { passed: told === "0 0 2 2 2 2", figures: `exit statuses ${told}` };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
