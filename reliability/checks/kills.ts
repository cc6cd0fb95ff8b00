import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pull } from "../../ts/hub/pull.ts";
import { processTuning, ScratchCache, singleModel, testId } from "../../ts/testing/hub-models.ts";
import { LoopbackHub, sha256 } from "../../ts/testing/loopback-hub.ts";
import type { Check, Random, Trials } from "../check.ts";
import { withoutProc } from "../children.ts";
import { between } from "../random.ts";

export const check: Check = {
  number: 16,
  title: "downloads that are killed",
  tries:
    "kill -9 at some moment of a download, again and again, then a download to its end: the " +
    "right bytes, nothing half under a final name, 16 MB lost by each kill at most",
  inputs: 25,
  inputsOfTest: 1,
  notRun: withoutProc,
};

const kills = 4;
const inFlight = processTuning.connections * processTuning.rangeBytes;

/** After how many requests, and how many milliseconds more, a process is killed. */
type Moment = [number, number];

/** Pulls a model in processes that are killed. */
export function open(): Trials<Moment[]> {
  const model = singleModel(1, 4_000_000);
  const total = Object.values(model.files).reduce((sum, { length }) => sum + length, 0);
  const counts = { lost: 0 };

  async function judge(moments: Moment[]): Promise<string | undefined> {
    using hub = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    hub.misdeed = () => ({ kind: "slow", ms: 20 });
    const script = join(import.meta.dir, "../../ts/testing/pull-child.ts");
    for (const [requests, ms] of moments) {
      const from = hub.requests.length;
      const command = [process.execPath, script, hub.endpoint, cache.folder, "20"];
      const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
      while (hub.requests.length < from + requests && child.exitCode === null) await Bun.sleep(1);
      await Bun.sleep(ms);
      child.kill("SIGKILL");
      await child.exited;
      const wrong = wrongBlob(join(cache.folder, "models--speech-lab--tiny-asr/blobs"));
      if (wrong !== undefined) return `half a file is called ${wrong}`;
    }
    const name = { id: testId, revision: "main" };
    const tuning = { ...processTuning, beatMs: 20 };
    const { folder } = await pull(name, cache.settings(hub.endpoint), {}, tuning);
    for (const [file, content] of Object.entries(model.files)) {
      if (sha256(readFileSync(join(folder, file))) !== sha256(content)) return `${file} is wrong`;
    }
    counts.lost = Math.max(counts.lost, hub.served - total);
    const most = moments.length * inFlight;
    return hub.served - total > most ? `fetched ${hub.served - total} bytes again` : undefined;
  }

  return {
    input: (random: Random) =>
      Array.from({ length: kills }, () => [between(random, 0, 12), between(random, 0, 30)]),
    judge,
    figures: () => [
      `${kills} kills each, ${(counts.lost / kills / 1000).toFixed(0)} kB a kill fetched again ` +
        `at most, of ${inFlight / 1000} kB that were asked for`,
    ],
  };
}

function wrongBlob(folder: string): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.find((name) => {
    const isLarge = /^[0-9a-f]{64}$/.test(name);
    return isLarge && sha256(readFileSync(join(folder, name))) !== name;
  });
}
