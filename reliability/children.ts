import { readdirSync, readFileSync } from "node:fs";

/** The processes that a process has begun and that live, by their ids; Linux alone. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : Number(parent);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Why a check that looks at processes cannot be run. */
export async function withoutProc(): Promise<string | undefined> {
  return process.platform === "linux" ? undefined : "needs /proc";
}
