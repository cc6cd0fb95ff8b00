import { relative } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Package } from "./artefacts.ts";

/** The commands in their order: who installs the main package finds those of the platforms. */
export function commandsOf(
  packages: readonly Pick<Package, "path" | "manifest">[],
  main: string,
  tag: string,
): string[][] {
  const order = packages.toSorted(
    (a, b) => Number(a.manifest.name === main) - Number(b.manifest.name === main),
  );
  return order.map(({ path }) => {
    // npm takes a path without a dot before it for a repository's name.
    const file = `./${relative(process.cwd(), path)}`;
    return ["npm", "publish", file, "--provenance", "--access", "public", "--tag", tag];
  });
}

/** Runs commands one after another. Throws AsrError at the first that fails, with what is left. */
export async function publishAll(commands: readonly (readonly string[])[]): Promise<void> {
  for (const [index, command] of commands.entries()) {
    const pipes = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    const status = await Bun.spawn([...command], pipes).exited;
    if (status === 0) continue;
    const left = commands.slice(index).map((words) => words.join(" "));
    const hint = `what was published stays so; mend it, then run: ${left.join(" && ")}`;
    throw new AsrError("native", `${command.join(" ")}: exit ${status}`, hint);
  }
}
