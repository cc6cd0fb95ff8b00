import { AsrError } from "../../ts/contract/errors.ts";

/** Runs a command and returns its output; what it says is shown where it fails alone. */
export async function run(command: readonly string[], cwd?: string): Promise<string> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    ...(cwd === undefined ? {} : { cwd }),
  });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const status = await child.exited;
  if (status === 0) return output;
  const said = (errors || output).trim();
  throw new AsrError("native", `${command.join(" ")}: exit ${status}\n${said}`);
}
