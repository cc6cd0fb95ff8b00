import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/folders.ts";
import * as pins from "../../tools/pins.ts";
import { demoSample } from "../../ts/native/locate.ts";
import type { Check, Random, Trials } from "../check.ts";
import { compiledNative, preloaded, withoutClang } from "../compiler.ts";

export const check: Check = {
  number: 30,
  title: "privacy and supply",
  tries:
    "transcriptions as file, stream and batch with a trap for sockets, another with a closed " +
    "door in temporary folders; pins and scripts of the package: no socket, no word of the " +
    "text where results do not go, temporary files for their owner alone, every fetched file " +
    "with a hash",
  inputs: 6,
  inputsOfTest: 0,
  notRun: withoutClang,
};

type Scene = "trap" | "file" | "batch" | "live" | "temporary" | "supply";

const scenes: Scene[] = ["trap", "file", "batch", "live", "temporary", "supply"];

/** Looks for what leaves the machine, or stays on it. */
export async function open(folder: string): Promise<Trials<Scene>> {
  const shim = await compiledNative("sockets.c", preloaded);
  const seen = join(folder, "sockets");

  /** Runs a shell command with the trap; $ASR is the program. */
  async function run(script: string, more: Record<string, string> = {}) {
    const env = {
      ...process.env,
      ...more,
      ASR: `${process.execPath} ts/cli/main.ts`,
      SAMPLE: demoSample,
      OUT: folder,
      LD_PRELOAD: shim,
      SOCKETS_SEEN: seen,
    };
    const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
    const child = Bun.spawn(["sh", "-c", script], { cwd: root, env, ...pipes });
    const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { out, errors, status: await child.exited };
  }

  async function judge(scene: Scene): Promise<string | undefined> {
    switch (scene) {
      case "trap": {
        // Shows that the trap works.
        const hub = { HF_ENDPOINT: "http://127.0.0.1:9", HF_HUB_CACHE: folder };
        await run("$ASR models info a/b", hub);
        return existsSync(seen) ? undefined : "the trap sees no socket";
      }
      case "file":
        return await quiet("$ASR transcribe --model demo $SAMPLE -f txt --output $OUT/x.txt");
      case "batch":
        return await quiet(
          "cp $SAMPLE $OUT/z.wav && " +
            "$ASR transcribe --model demo $SAMPLE $OUT/z.wav -f json -o $OUT/batch",
        );
      case "live":
        return await quiet("$ASR transcribe --model demo --stream --output $OUT/y.txt - <$SAMPLE");
      case "temporary":
        return await temporaryFiles();
      case "supply":
        return supply();
    }
  }

  async function quiet(script: string): Promise<string | undefined> {
    await Bun.file(seen)
      .delete()
      .catch(() => {});
    const { out, errors, status } = await run(script);
    if (status !== 0) return errors;
    if (existsSync(seen)) return "made a socket";
    const said = out + errors;
    return /kitchen|light/i.test(said) ? `text where no result goes: ${said}` : undefined;
  }

  async function temporaryFiles(): Promise<string | undefined> {
    const temporary = join(folder, "temporary");
    mkdirSync(temporary);
    // The writer waits, so that the spooled half lies there to be looked at.
    const script = "(cat $SAMPLE; sleep 3) | $ASR transcribe -q --model demo -";
    const running = run(script, { TMPDIR: temporary });
    const modes = new Set<string>();
    for (const end = performance.now() + 3000; performance.now() < end; await Bun.sleep(50)) {
      for (const name of readdirSync(temporary)) {
        const { mode } = lstatSync(join(temporary, name), { throwIfNoEntry: false }) ?? {};
        if (mode !== undefined) modes.add((mode & 0o077).toString(8));
      }
    }
    const { status, errors } = await running;
    if (status !== 0) return errors;
    if (modes.size === 0) return "no temporary file was seen";
    if ([...modes].some((mode) => mode !== "0")) return "a temporary file is open to others";
    return readdirSync(temporary).length === 0 ? undefined : "a temporary file stays";
  }

  return { input: (_: Random, index) => scenes[index % scenes.length]!, judge };
}

/** What is fetched has hashes, and nothing runs when the package is installed. */
function supply(): string | undefined {
  const wheels = Object.values(pins).flat();
  const bare = wheels.find(({ sha256 }) => !sha256.every((hash) => /^[0-9a-f]{64}$/.test(hash)));
  if (bare !== undefined) return `${bare.name} is fetched without a hash`;
  const { scripts = {}, dependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  if (dependencies !== undefined) return "running needs packages";
  const hook = Object.keys(scripts).find((name) => /^(?:pre|post|install|prepare)/.test(name));
  return hook === undefined ? undefined : `the script ${hook} runs when it is installed`;
}
