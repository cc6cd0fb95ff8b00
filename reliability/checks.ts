import { join } from "node:path";
import type { Check, CheckModule } from "./check.ts";

const names = [
  ...["safetensors", "cut-shards", "config", "tokenizer", "wav", "bomb", "escape", "odd-pcm"],
  ...["runaway", "handles", "ffi", "sanitizers", "fault-loop", "kills", "lying-hub"],
  ...["hostile-repository", "together", "token", "disk", "privacy", "uploads", "crowd"],
  ...["leave", "soak"],
];

/** A check with its module. */
export interface ListedCheck {
  check: Check;
  path: string;
}

/** Every check, by its number. */
export async function allChecks(): Promise<ListedCheck[]> {
  const listed = names.map(async (name) => {
    const path = join(import.meta.dir, "checks", `${name}.ts`);
    const { check }: CheckModule = await import(path);
    return { check, path };
  });
  return (await Promise.all(listed)).sort((a, b) => a.check.number - b.check.number);
}
