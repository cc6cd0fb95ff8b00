import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../../ts/contract/errors.ts";
import { root } from "../../folders.ts";
import { toStderr } from "../../setup.ts";
import { run } from "../run.ts";

const release = "bookworm";

/** Throws with what is missing where no bare machine can be made. */
export function requireBareMachines(): void {
  if (process.getuid?.() !== 0) throw new AsrError("native", "a root of its own takes root");
  const missing = ["debootstrap", "unshare", "chroot"].filter((name) => Bun.which(name) === null);
  if (missing.length === 0) return;
  const hint = "install it (Debian: apt install debootstrap util-linux coreutils)";
  throw new AsrError("native", `there is no ${missing.join(", ")}`, hint);
}

/** How a command ended on a bare machine. */
export interface Ended {
  status: number;
  out: string;
  notes: string;
  seconds: number;
}

/**
 * Debian 12 as it is without anything that is not essential, with `packages` alone: a root of its
 * own without a network, in which every run finds empty folders /tmp and /home, and `shared` at
 * /mnt, which cannot be written.
 */
export class BareMachine {
  readonly #root: string;
  readonly #shared: string;

  private constructor(folder: string, shared: string) {
    this.#root = folder;
    this.#shared = shared;
  }

  /** It is fetched once, in minutes, and kept in .cache. */
  static async make(shared: string, packages: readonly string[] = []): Promise<BareMachine> {
    const folder = join(root, ".cache", ["debian", release, ...packages].join("-"));
    if (!existsSync(folder)) {
      toStderr(`verify: fetching Debian (${release}, once)`);
      mkdirSync(join(root, ".cache"), { recursive: true });
      const work = mkdtempSync(`${folder}.`);
      try {
        const include = packages.length === 0 ? [] : [`--include=${packages.join(",")}`];
        await run(["debootstrap", "--variant=minbase", ...include, release, join(work, "root")]);
        // Another run may have fetched it meanwhile.
        if (!existsSync(folder)) renameSync(join(work, "root"), folder);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    }
    return new BareMachine(folder, shared);
  }

  /**
   * Runs a script of the shell there. `mounts` are commands of mount for paths below $ROOT, as root
   * does them before; `user` is who runs the script.
   */
  async run(script: string, { mounts = "", user = 0 } = {}): Promise<Ended> {
    const outside = `
      set -e
      mount -t tmpfs none $ROOT/tmp -o mode=1777
      mount -t tmpfs none $ROOT/home -o mode=1777
      mount -t proc none $ROOT/proc
      mount --bind /dev $ROOT/dev
      mount --bind "$SHARED" $ROOT/mnt
      mount -o remount,bind,ro $ROOT/mnt
      ${mounts}
      cd /
      exec chroot --userspec=${user}:${user} $ROOT \\
        /usr/bin/env -i HOME=/home PATH=/usr/bin:/bin /bin/sh -c "$1"`;
    const begin = performance.now();
    const command = ["unshare", "--mount", "--net", "sh", "-c", outside, "sh", script];
    const child = Bun.spawn(command, {
      env: { ROOT: this.#root, SHARED: this.#shared, PATH: process.env["PATH"] },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    const status = await child.exited;
    return { status, out, notes, seconds: (performance.now() - begin) / 1000 };
  }
}
