import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/folders.ts";
import { demoSample, modelFolder } from "../../ts/native/locate.ts";
import { testId } from "../../ts/testing/hub-models.ts";
import { LoopbackHub, type PublishedModel } from "../../ts/testing/loopback-hub.ts";
import type { Check, Random, Trials } from "../check.ts";
import { isolated, withoutMounts } from "../namespaces.ts";

export const check: Check = {
  number: 21,
  title: "disks that are full, caches that are read-only, no network",
  tries:
    "a cache on a disk without room, or that fills while it downloads, then has room again; " +
    "read-only; HF_HUB_OFFLINE; no network at all: what is needed and free is said, nothing " +
    "is lost, and a model that is here costs no request",
  inputs: 7,
  inputsOfTest: 2,
  hangMs: 180_000,
  notRun: withoutMounts,
};

interface Scene {
  name: string;
  /** $ASR is the program, $MODEL the id, $CACHE the folder, $SAMPLE the recording. */
  script: string;
  isOffline?: boolean;
  /** The model is fetched before. */
  isWarm?: boolean;
  status: number;
  says: RegExp;
}

const disk = (size: string) => `mount -t tmpfs -o size=${size} none $CACHE && `;
const readOnly = "mount --bind $CACHE $CACHE && mount -o remount,ro,bind $CACHE && ";
const pull = "$ASR models pull $MODEL -q";
const transcribe = "$ASR transcribe -q --model $MODEL $SAMPLE";
const fill =
  "(until ls $CACHE/models--*/blobs/*.partial; do sleep 0.01; done; " +
  "cat /dev/zero >$CACHE/fill) >/dev/null 2>&1 & ";
const heard = /kitchen/;

const scenes: Scene[] = [
  { name: "no room", script: disk("20m") + pull, status: 3, says: /are needed, but only/ },
  { name: "offline", script: transcribe, isWarm: true, status: 0, says: heard },
  {
    name: "fills, then has room",
    script:
      `${disk("40m")}${fill}${pull} && exit 9; ` + `wait; rm $CACHE/fill; ${pull} && ${transcribe}`,
    status: 0,
    says: /disk is full[\s\S]*kitchen|kitchen[\s\S]*disk is full/,
  },
  {
    name: "read-only",
    script: `${readOnly}${transcribe}`,
    isWarm: true,
    status: 0,
    says: heard,
  },
  {
    name: "read-only, another model",
    script: `${readOnly}$ASR models pull $MODEL-b -q`,
    status: 3,
    says: /cannot be written/,
  },
  { name: "no network", script: transcribe, isWarm: true, isOffline: true, status: 0, says: heard },
  {
    name: "no network, no model",
    script: pull,
    isOffline: true,
    status: 3,
    says: /cannot be reached/,
  },
];

/** Runs the program where the system gives it little. */
export function open(folder: string): Trials<Scene> {
  const demo = modelFolder("demo");
  const files = readdirSync(demo).filter((name) => /\.(?:json|txt|safetensors)$/.test(name));
  const model: PublishedModel = {
    files: Object.fromEntries(
      files.map((name) => [name, new Uint8Array(readFileSync(join(demo, name)))]),
    ),
  };

  async function judge(scene: Scene, index: number): Promise<string | undefined> {
    const { script, isOffline = false, isWarm = false, status, says } = scene;
    using hub = await LoopbackHub.start({ [testId]: model });
    hub.misdeed = () => ({ kind: "slow", ms: 50 });
    const cache = join(folder, `cache${index}`);
    mkdirSync(cache);
    const env = {
      ...process.env,
      ASR: `${process.execPath} ts/cli/main.ts`,
      MODEL: testId,
      CACHE: cache,
      SAMPLE: demoSample,
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_CACHE: cache,
    };
    if (isWarm) await run(["sh", "-c", pull], env);
    const before = hub.requests.length;
    const found = await run(isolated(script, isOffline), env);
    const text = found.out + found.errors;
    if (found.status !== status) return `status ${found.status}: ${text}`;
    if (!says.test(text)) return `says ${text}`;
    return isWarm && hub.requests.length > before ? "asked the hub" : undefined;
  }

  return { input: (_: Random, index) => scenes[index % scenes.length]!, judge };
}

async function run(command: string[], env: Record<string, string | undefined>) {
  const child = Bun.spawn(command, {
    cwd: root,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { out, errors, status: await child.exited };
}
