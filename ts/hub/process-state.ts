import { readFile } from "node:fs/promises";
import { isGone } from "../concurrency/other-process.ts";

/**
 * Whether a process of this machine has ended. One that nobody has waited for, a zombie, answers to
 * signals, so its state is asked for, too.
 */
export async function hasEnded(pid: number): Promise<boolean> {
  return isGone(pid) || /^[ZX]/.test(await stateOf(pid));
}

/** The letter that ps gives to the state of a process; nothing where it cannot be learned. */
async function stateOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // The name before it is in brackets, and may hold any.
    return text.slice(text.lastIndexOf(")") + 2);
  }
  const child = Bun.spawn(["ps", "-o", "state=", "-p", String(pid)], { stderr: "ignore" });
  return (await child.stdout.text()).trim();
}
