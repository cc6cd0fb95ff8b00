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

/** What else a machine does comes and goes: each way is gone twice, so that it meets both alike. */
const turns = ["workers", "nodes", "nodes", "workers"] as const;

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
      const locally = async (name: string, workers: number) => {
        using archive = await planned(name);
        const { status, seconds } = await runLocally(archive, { workers, worker });
        return { isDone: status === 0, seconds };
      };
      const onNodes = async (name: string) => {
        using archive = await planned(name);
        // Looking on takes of the processors, too, and nobody looks on without Ray.
        const { tally, seconds } = (await archive.run({ worker, lookEvery: 3600 }))!;
        return { isDone: tally.unfinished.length === 0, seconds };
      };
      const one = await locally("one", 1);
      const runs = { workers: [] as (typeof one)[], nodes: [] as (typeof one)[] };
      for (const [turn, side] of turns.entries()) {
        const name = `${side}-${turn}`;
        runs[side].push(await (side === "nodes" ? onNodes(name) : locally(name, slots)));
      }
      const [workers, nodes] = [mean(runs.workers), mean(runs.nodes)];
      const ratio = Math.min(one.seconds, workers) / nodes;
      const rate = (seconds: number) => `${((minutes * 60) / seconds).toFixed(0)} x`;
      return {
        passed: ratio >= 0.9 && [one, ...runs.workers, ...runs.nodes].every((run) => run.isDone),
        figures:
          `${rate(nodes)} real time on ${slots} nodes (${list(runs.nodes)}), ` +
          `${rate(workers)} on ${slots} workers (${list(runs.workers)}), ` +
          `${rate(one.seconds)} on one; ${ratio.toFixed(2)} of the better`,
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

type Run = Readonly<{ seconds: number }>;

const mean = (runs: readonly Run[]) =>
  runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length;

const list = (runs: readonly Run[]) =>
  `${runs.map(({ seconds }) => seconds.toFixed(0)).join(" and ")} s`;
