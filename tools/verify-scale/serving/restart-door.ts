import type { Fleet } from "./fleet.ts";

/**
 * Restarts replicas for a script, which asks for one by its port: `command` is what it runs, with
 * the port behind it.
 */
export class RestartDoor implements AsyncDisposable {
  readonly #server: Bun.Server<undefined>;

  constructor(fleet: Fleet) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      async fetch(request) {
        const port = Number(new URL(request.url).search.slice(1));
        const replica = fleet.replicas.find((one) => one.port === port);
        const status = await replica?.stop();
        if (status !== 0) return new Response(`ended with ${status}`, { status: 500 });
        await replica?.start();
        return new Response();
      },
    });
  }

  get command(): string {
    return `curl -fsS -G http://127.0.0.1:${this.#server.port} -d`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
