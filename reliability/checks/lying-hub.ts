import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { pull } from "../../ts/hub/pull.ts";
import { quickTuning, ScratchCache, shardedModel, testId } from "../../ts/testing/hub-models.ts";
import { lastingTroubles, passingTrouble } from "../../ts/testing/hub-troubles.ts";
import { gitSha1, LoopbackHub, sha256 } from "../../ts/testing/loopback-hub.ts";
import { seededRandom } from "../../ts/wer/seeded-random.ts";
import type { Check, Random, Trials } from "../check.ts";
import { between } from "../random.ts";

export const check: Check = {
  number: 17,
  title: "hubs that lie",
  tries:
    "8 downloads at once, each from a hub that cuts, swaps, packs, stalls, drips, redirects " +
    "and refuses, for a while or for ever: the right bytes, or an error that says why, and no " +
    "wrong file under a final name",
  inputs: 125,
  inputsOfTest: 1,
  hangMs: 180_000,
};

const atOnce = 8;
const name = { id: testId, revision: "main" };

/** Pulls from hubs with other troubles; an input is the seeds of eight. */
export function open(): Trials<number[]> {
  const counts = { whole: 0, refused: 0 };

  async function judgeOne(seed: number): Promise<string | undefined> {
    const lasting = seed % 3 === 0 ? lastingTroubles[seed % lastingTroubles.length] : undefined;
    const model = shardedModel(lasting === undefined ? seed : 1, 40_000);
    using hub = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    const passing = passingTrouble(seededRandom(seed));
    hub.misdeed = (request) => (lasting?.[1](request) ? lasting[0] : passing(request));
    const tuning = { ...quickTuning, attempts: lasting === undefined ? 30 : 8 };
    try {
      const { folder } = await pull(name, cache.settings(hub.endpoint), {}, tuning);
      counts.whole++;
      const bad = Object.entries(model.files).find(([file, content]) => {
        const path = join(folder, file);
        return existsSync(path) && sha256(readFileSync(path)) !== sha256(content);
      });
      if (bad !== undefined) return `${bad[0]} is wrong`;
      if (lasting !== undefined) return "a trouble that lasts was not noticed";
    } catch (error) {
      if (!(error instanceof AsrError) || error.code !== "model") throw error;
      counts.refused++;
      if (lasting === undefined) return `gave up: ${error.oneLine}`;
    }
    return wrongBlob(join(cache.folder, "models--speech-lab--tiny-asr/blobs"));
  }

  async function judge(seeds: number[]): Promise<string | undefined> {
    const found = await Promise.all(seeds.map(judgeOne));
    const at = found.findIndex((why) => why !== undefined);
    return at < 0 ? undefined : `schedule ${seeds[at]}: ${found[at]}`;
  }

  return {
    input: (random: Random) => Array.from({ length: atOnce }, () => between(random, 0, 2 ** 31)),
    judge,
    figures: () => [`${counts.whole} downloads whole, ${counts.refused} refused`],
  };
}

function wrongBlob(folder: string): string | undefined {
  for (const blob of existsSync(folder) ? readdirSync(folder) : []) {
    if (!/^[0-9a-f]+$/.test(blob)) continue;
    const bytes = readFileSync(join(folder, blob));
    if (blob !== (blob.length === 64 ? sha256(bytes) : gitSha1(bytes))) return `blob ${blob}`;
  }
  return undefined;
}
