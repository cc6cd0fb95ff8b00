import type { Report } from "../../tools/wheels.ts";
import { AsrError } from "../../ts/contract/errors.ts";

/**
 * Runs a program that says what it does on standard error, a line at a time, and prints its result
 * as JSON. Throws AsrError `native` when it fails.
 */
export async function measured<T>(command: readonly string[], report: Report): Promise<T> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const errors: string[] = [];
  const follow = async () => {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of child.stderr) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (errors.length > 0 || line.startsWith("error: ")) errors.push(line);
        else report(line);
      }
    }
  };
  const [output] = await Promise.all([child.stdout.text(), follow()]);
  const status = await child.exited;
  if (status === 0) return JSON.parse(output);
  const reason = errors.length > 0 ? errors.join("; ") : `exit ${status}`;
  throw new AsrError("native", `${command.join(" ")}: ${reason}`);
}
