import { join } from "node:path";
import { root } from "../../tools/folders.ts";
import { ScratchCache, singleModel, testId } from "../../ts/testing/hub-models.ts";
import { LoopbackHub, type Misdeed } from "../../ts/testing/loopback-hub.ts";
import type { Check, Random, Trials } from "../check.ts";
import { pick } from "../random.ts";

export const check: Check = {
  number: 20,
  title: "the token",
  tries:
    "commands with HF_TOKEN against hubs that redirect to others, refuse, repeat what they " +
    "are sent, break: it goes to the hub's own address alone, and stands in no output, " +
    "command line or file of the cache",
  inputs: 36,
  inputsOfTest: 2,
};

const secret = "hf_SecretThatNobodyMayRead0123456789";

interface Scene {
  argv: string[];
  misdeed: Misdeed | "elsewhere" | undefined;
}

const commands = [
  ["models", "pull", testId],
  ["models", "info", testId],
  ["models", "pull", `${testId}@v9`],
  ["models", "pull", "speech-lab/none", "--json"],
  ["transcribe", "--model", testId, "models/demo/sample.wav"],
  ["convert", "--model", testId, "--out", "OUT"],
];

const misdeeds: Scene["misdeed"][] = [
  undefined,
  "elsewhere",
  { kind: "status", status: 401, headers: { "www-authenticate": `Bearer ${secret}` } },
  { kind: "status", status: 403, headers: { "x-error-message": secret } },
  { kind: "status", status: 500 },
  { kind: "page" },
  { kind: "garbage" },
  { kind: "redirect", to: `ftp://${secret}.invalid/` },
  { kind: "drop", after: 0.5 },
];

/** Runs commands that hold a secret. */
export function open(folder: string): Trials<Scene> {
  const model = singleModel(1, 4000);
  const counts = { requests: 0, foreign: 0 };

  async function judge({ argv, misdeed }: Scene): Promise<string | undefined> {
    using hub = await LoopbackHub.start({ [testId]: model });
    using other = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    hub.misdeed = ({ path }) =>
      misdeed === "elsewhere" ? { kind: "redirect", to: `${other.endpoint}${path}` } : misdeed;
    const words = argv.map((word) => (word === "OUT" ? join(folder, "out") : word));
    const env = { ...process.env, HF_TOKEN: secret, HF_ENDPOINT: hub.endpoint };
    const child = Bun.spawn([process.execPath, "ts/cli/main.ts", ...words], {
      cwd: root,
      env: { ...env, HF_HUB_CACHE: cache.folder, BUN_ASR_DEBUG: "1" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const texts = await Promise.all([child.stdout.text(), child.stderr.text()]);
    await child.exited;
    counts.requests += hub.requests.length;
    const foreign = [...hub.requests.filter(({ isStore }) => isStore), ...other.requests];
    counts.foreign += foreign.length;
    if (foreign.some(({ authorization }) => authorization !== undefined)) return "sent elsewhere";
    if (texts.some((text) => text.includes(secret))) return `printed: ${texts.join("")}`;
    if (words.join(" ").includes(secret)) return "in the command line";
    return (await holds(cache.folder)) ? "in a file of the cache" : undefined;
  }

  function input(random: Random, index: number): Scene {
    const argv = commands[index % commands.length]!;
    return { argv, misdeed: pick(random, misdeeds) };
  }

  return {
    input,
    judge,
    figures: () => [
      `${counts.requests} requests at the hub, ${counts.foreign} elsewhere without the token`,
    ],
  };
}

async function holds(folder: string): Promise<boolean> {
  for await (const path of new Bun.Glob("**/*").scan({ cwd: folder, dot: true, absolute: true })) {
    if ((await Bun.file(path).text()).includes(secret)) return true;
  }
  return false;
}
