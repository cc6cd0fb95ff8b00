import { environmentPython, objectStore } from "../environment.ts";
import { toStderr } from "../setup.ts";

const names = ["AWS_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] as const;

/** A server on loopback that speaks S3, with a bucket; this process and its children know it. */
export class ObjectStore implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  readonly #before = names.map((name) => [name, process.env[name]] as const);

  private constructor(child: Bun.Subprocess) {
    this.#child = child;
  }

  static async start(bucket: string): Promise<ObjectStore> {
    const python = await environmentPython(objectStore, toStderr);
    const port = String(20_000 + (process.pid % 20_000));
    const server = `${python.replace(/python$/, "moto_server")}`;
    const command = ["nice", python, server, "-H", "127.0.0.1", "-p", port];
    const pipes = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    const store = new ObjectStore(Bun.spawn(command, pipes));
    Object.assign(process.env, {
      AWS_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "us-east-1",
    });
    for (let attempt = 0; ; attempt++) {
      try {
        const made = await fetch(`http://127.0.0.1:${port}/${bucket}`, { method: "PUT" });
        if (made.ok) return store;
      } catch (error) {
        if (attempt > 300) throw error;
      }
      await Bun.sleep(200);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
    for (const [name, value] of this.#before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
