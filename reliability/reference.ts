import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../tools/environment.ts";
import { root } from "../tools/folders.ts";

/** safetensors itself, which the header check is compared with. */
export const referenceEnvironment: Environment = {
  name: "safetensors",
  purpose: "safetensors, to compare with",
  requirements: join(import.meta.dir, "requirements.txt"),
};

/** Asks safetensors about files, where `verify --hard` has installed it. */
export class Reference {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #answers: AsyncIterator<Uint8Array, undefined>;

  private constructor(interpreter: string) {
    const script = join(import.meta.dir, "reference.py");
    const options = { stdin: "pipe", stdout: "pipe", stderr: "inherit" } as const;
    this.#child = Bun.spawn([interpreter, script], options);
    this.#answers = this.#child.stdout[Symbol.asyncIterator]();
  }

  /** Undefined where it is not installed. */
  static start(): Reference | undefined {
    const home = join(root, ".cache", referenceEnvironment.name);
    if (!existsSync(join(home, "complete"))) return undefined;
    return new Reference(join(home, "bin/python"));
  }

  /** Whether it accepts a file. */
  async accepts(file: Uint8Array): Promise<boolean> {
    const length = new BigUint64Array([BigInt(file.length)]);
    this.#child.stdin.write(new Uint8Array(length.buffer));
    this.#child.stdin.write(file);
    await this.#child.stdin.flush();
    const { value } = await this.#answers.next();
    if (value === undefined) throw new Error("safetensors ended");
    return value[0] === 0x31;
  }

  close(): void {
    this.#child.kill();
  }
}
