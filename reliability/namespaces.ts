/** Runs a shell script where mounts are its own, and with `offline` without a network. */
export function isolated(script: string, offline = false): string[] {
  const isRoot = process.getuid?.() === 0;
  const spaces = ["--mount", ...(offline ? ["--net"] : []), ...(isRoot ? [] : ["--map-root-user"])];
  return ["unshare", ...spaces, "sh", "-c", script];
}

/** Why a check that mounts cannot be run. */
export async function withoutMounts(): Promise<string | undefined> {
  if (Bun.which("unshare") === null) return "needs unshare";
  const script = "mount -t tmpfs -o size=1m none /mnt";
  const child = Bun.spawn(isolated(script, true), { stdout: "ignore", stderr: "ignore" });
  return (await child.exited) === 0 ? undefined : "needs to be root, or user namespaces";
}
