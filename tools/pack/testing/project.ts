// This folder: other people's projects, into which the packages are installed.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Outcome } from "../../../ts/testing/recorded-terminal.ts";

/** Whose project it is. */
export interface Owner {
  /** Their home, with the cache of Bun's package manager. */
  home: string;
  /** Default: one where nothing answers. */
  registry?: string;
}

/** A folder with a package.json, where nobody has a clone, a network or settings. */
export class Project {
  readonly folder: string;
  readonly #environment: Record<string, string | undefined>;

  constructor(
    folder: string,
    { home, registry = "http://127.0.0.1:1/" }: Owner,
    manifest: object = { private: true },
  ) {
    mkdirSync(folder, { recursive: true });
    mkdirSync(home, { recursive: true });
    this.folder = folder;
    this.write("package.json", JSON.stringify(manifest));
    const own = Object.entries(process.env).filter(([name]) => !/^(BUN|HF|npm)_/i.test(name));
    this.#environment = {
      ...Object.fromEntries(own),
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      BUN_INSTALL_CACHE_DIR: join(home, "bun-cache"),
      BUN_CONFIG_REGISTRY: registry,
    };
  }

  write(name: string, content: string): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** Starts a command in the project, or in a folder of it. */
  start(command: readonly string[], within = ".") {
    return Bun.spawn([...command], {
      cwd: join(this.folder, within),
      env: this.#environment,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  /** Runs a command there to its end. */
  async run(command: readonly string[], within?: string): Promise<Outcome> {
    const child = this.start(command, within);
    const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { status: await child.exited, out, notes };
  }

  /** Installs packages from files. Throws what the package manager says where it fails. */
  async add(...files: readonly string[]): Promise<void> {
    await this.bun(["add", ...files]);
  }

  /** Runs Bun there, and returns what it writes. Throws what it says where it fails. */
  async bun(words: readonly string[], within?: string): Promise<string> {
    const { status, out, notes } = await this.run([process.execPath, ...words], within);
    if (status !== 0) throw new Error(`bun ${words.join(" ")}: exit ${status}\n${out}${notes}`);
    return out;
  }
}
