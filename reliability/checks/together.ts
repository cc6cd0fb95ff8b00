import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ScratchCache, singleModel, testId } from "../../ts/testing/hub-models.ts";
import { LoopbackHub, sha256 } from "../../ts/testing/loopback-hub.ts";
import type { Check, Random, Trials } from "../check.ts";
import { between } from "../random.ts";

export const check: Check = {
  number: 19,
  title: "processes that want one model",
  tries:
    "8 processes at once, in most rounds the one that downloads is killed at some moment: one " +
    "download, the right bytes, no process waits for ever",
  inputs: 20,
  inputsOfTest: 1,
  hangMs: 120_000,
};

const processes = 8;

/** After how many requests the first process is killed; undefined: it is not. */
type Round = { killAfter: number | undefined };

/** Starts processes that pull the same model. */
export function open(): Trials<Round> {
  const model = singleModel(1, 1_000_000);
  const script = join(import.meta.dir, "../../ts/testing/pull-child.ts");

  async function judge({ killAfter }: Round): Promise<string | undefined> {
    using hub = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    hub.misdeed = () => ({ kind: "slow", ms: 10 });
    const start = () =>
      Bun.spawn([process.execPath, script, hub.endpoint, cache.folder, "100"], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      });
    const first = start();
    if (killAfter !== undefined) {
      while (hub.requests.length < killAfter && first.exitCode === null) await Bun.sleep(1);
    }
    const others = Array.from({ length: processes - 1 }, start);
    if (killAfter !== undefined) first.kill("SIGKILL");
    const all = killAfter === undefined ? [first, ...others] : others;
    const status = await Promise.all(all.map(({ exited }) => exited));
    if (status.some((one) => one !== 0)) return `processes ended with ${status}`;
    const folders = await Promise.all(all.map(({ stdout }) => stdout.text()));
    const folder = folders[0]!.trim().split("\n").at(-1)!;
    for (const [file, content] of Object.entries(model.files)) {
      if (sha256(readFileSync(join(folder, file))) !== sha256(content)) return `${file} is wrong`;
    }
    const lists = hub.requests.filter(({ path }) => path.startsWith("/api/")).length;
    if (lists > (killAfter === undefined ? 1 : 2)) return `${lists} downloads`;
    const locks = readdirSync(join(cache.folder, ".locks/models--speech-lab--tiny-asr"));
    return locks.length === 0 ? undefined : "a lock stays";
  }

  function input(random: Random, index: number): Round {
    return { killAfter: index % 4 === 3 ? undefined : between(random, 1, 25) };
  }

  return { input, judge };
}
