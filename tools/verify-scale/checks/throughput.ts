import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../folders.ts";
import type { ScaleCheck } from "../check.ts";
import { ownProgram, runLocally, runProgram } from "../local.ts";
import { PlayedArchive, slots } from "../played.ts";
import { writeLongSpeech } from "../speech.ts";

const minutes = Number(process.env["SCALE_SPEECH_MINUTES"] || 300);
const clipSeconds = 30;
/** Enough shards that the last ones of three nodes do not count. */
const shards = 60;

// With the demo model: the same work on three nodes, and without Ray on as many workers and on one.
export const check: ScaleCheck = {
  name: "throughput",
  title: `${minutes} minutes of speech on three nodes, and without Ray`,
  onlyNamed: true,
  async run() {
    const folder = mkdtempSync(join(root, ".cache/played-"));
    try {
      const clip = join(folder, "clip.wav");
      writeLongSpeech(clip, clipSeconds);
      const manifest = join(folder, "in.jsonl");
      const count = Math.ceil((minutes * 60) / clipSeconds);
      const lines = Array.from({ length: count }, (_, n) => {
        return `${JSON.stringify({ id: `${n}`, audio: clip })}\n`;
      });
      writeFileSync(manifest, lines.join(""));
      const worker = [...ownProgram, "transcribe", "--worker", "-m", "demo"].join(" ");
      const planned = async (name: string) => {
        const out = join(folder, name);
        const length = String(Math.max(1, minutes / shards));
        const plan = ["--manifest", manifest, "-m", "demo", "-o", out, "--shard-minutes", length];
        await runProgram(["batch", "plan", ...plan]);
        return new PlayedArchive(out);
      };
      using single = await planned("one");
      const one = await runLocally(single, { workers: 1, worker });
      using several = await planned("several");
      const three = await runLocally(several, { workers: slots, worker });
      using shared = await planned("ray");
      const ray = (await shared.run({ worker }))!;
      const best = Math.min(one.seconds, three.seconds);
      const rate = (seconds: number) => `${((minutes * 60) / seconds).toFixed(0)} x`;
      const ratio = best / ray.seconds;
      return {
        passed: ratio >= 0.9 && ray.tally.unfinished.length === 0 && one.status === 0,
        figures:
          `${rate(ray.seconds)} real time on ${slots} nodes (${ray.seconds.toFixed(0)} s), ` +
          `${rate(three.seconds)} on ${slots} workers, ${rate(one.seconds)} on one; ` +
          `${ratio.toFixed(2)} of the better`,
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
