import { join } from "node:path";
import { depsFolder } from "../../tools/folders.ts";
import { crispasrWheel } from "../../tools/pins.ts";
import { installWheels } from "../../tools/wheels.ts";
import type { Progress } from "../report/progress.ts";
import { type GgufBits, syntheticGguf } from "../synthetic/gguf.ts";
import { addedTokens } from "../synthetic/qwen.ts";
import { subjectCommand } from "./subject.ts";

/** Fetches the pinned wheel, and gives the command that serves random weights, see `Subject`. */
export async function crispasrCommand(bits: GgufBits, progress: Progress): Promise<string[]> {
  await installWheels([crispasrWheel], (line) => progress.note(line));
  const suffix = process.platform === "darwin" ? "dylib" : "so";
  const library = join(depsFolder, "crispasr", `libcrispasr.${suffix}`);
  const model = await syntheticGguf(bits, progress);
  return subjectCommand("crispasr.ts", library, model, String(addedTokens["<|audio_pad|>"]));
}
