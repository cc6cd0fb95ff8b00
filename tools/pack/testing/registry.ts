import { createHash } from "node:crypto";
import { basename } from "node:path";

/** A package as a registry has it. */
export interface Published {
  manifest: { name: string; version: string; os?: string[]; cpu?: string[]; libc?: string[] };
  /** Absent for a package of another platform, which nobody is to ask for. */
  tarball?: string;
}

/** A registry on this machine: what is asked of it by package managers. */
export class Registry {
  readonly #server: Bun.Server<undefined>;
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];

  constructor(packages: readonly Published[]) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async ({ url }) => {
        const path = decodeURIComponent(new URL(url).pathname).slice(1);
        this.asked.push(path);
        const file = packages.find(({ tarball }) => tarball && basename(tarball) === path);
        if (file?.tarball !== undefined) return new Response(Bun.file(file.tarball));
        const versions = packages.filter(({ manifest }) => manifest.name === path);
        if (versions.length === 0) return new Response("none", { status: 404 });
        return Response.json(await this.#document(path, versions));
      },
    });
  }

  get url(): string {
    return this.#server.url.href;
  }

  async #document(name: string, versions: readonly Published[]): Promise<object> {
    const entries = versions.map(async ({ manifest, tarball }) => {
      const file = tarball ?? "of-another-platform.tgz";
      const content = tarball === undefined ? "" : await Bun.file(tarball).bytes();
      const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
      const dist = { tarball: `${this.url}${basename(file)}`, integrity };
      return [manifest.version, { ...manifest, dist }];
    });
    const latest = versions.at(-1)?.manifest.version;
    return {
      name,
      "dist-tags": { latest },
      versions: Object.fromEntries(await Promise.all(entries)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
