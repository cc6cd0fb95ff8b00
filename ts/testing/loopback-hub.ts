import { createServer, type Server, type Socket } from "node:net";
import { CryptoHasher } from "bun";

/** A model as the hub has it. */
export interface PublishedModel {
  files: Readonly<Record<string, Uint8Array>>;
  /** Instead of the files of `files`, what the listing says. */
  listing?: unknown;
}

/** A listing as it is sent, which need not be JSON. */
export class RawListing {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A request as it came in. */
export interface HubRequest {
  path: string;
  /** The file that it is for, if it is for a file. */
  file: string | undefined;
  /** Whether it came to the second address, where large files lie. */
  isStore: boolean;
  authorization: string | undefined;
  range: string | undefined;
}

/** What the hub does instead of answering properly. */
export type Misdeed =
  | { kind: "status"; status: number; headers?: Record<string, string> }
  | { kind: "drop"; after: number }
  | { kind: "stall"; after: number }
  | { kind: "slow"; ms: number }
  /** A byte at a time. */
  | { kind: "drip"; ms: number }
  /** What networks with a login send instead of anything. */
  | { kind: "page" }
  | { kind: "redirect"; to: string }
  | { kind: "corrupt" | "short" | "long" | "gzip" | "whole" | "range" | "etag" | "garbage" };

/** The kinds that can happen to the bytes of a file. */
export const fileMisdeeds = ["corrupt", "short", "long", "gzip", "whole", "range", "etag"] as const;

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * A hub on this machine, with the endpoints that a download uses and a second address for large
 * files, which can do to each request what hubs, proxies and networks do. It writes bytes to plain
 * sockets, because a server that keeps to HTTP cannot lie about lengths.
 */
export class LoopbackHub implements Disposable {
  readonly requests: HubRequest[] = [];
  /** Bytes of files that were handed to the network. */
  served = 0;
  /** Asked for each request; undefined is a proper answer. */
  misdeed: (request: HubRequest) => Misdeed | undefined = () => undefined;
  readonly #models: ReadonlyMap<string, PublishedModel>;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(models: Readonly<Record<string, PublishedModel>>) {
    this.#models = new Map(Object.entries(models));
  }

  static async start(models: Readonly<Record<string, PublishedModel>>): Promise<LoopbackHub> {
    const hub = new LoopbackHub(models);
    for (const isStore of [false, true]) {
      const server = createServer((socket) => hub.#serve(socket, isStore));
      hub.#servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    return hub;
  }

  /** What HF_ENDPOINT should be. */
  get endpoint(): string {
    return this.#address(0);
  }

  /** The requests for files. */
  get fileRequests(): HubRequest[] {
    return this.requests.filter(({ file }) => file !== undefined);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }

  #address(index: number): string {
    const address = this.#servers[index]?.address();
    if (typeof address !== "object" || address === null) throw new Error("the hub is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  #serve(socket: Socket, isStore: boolean): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // Clients leave in the middle of answers.
    socket.on("error", () => {});
    let head = "";
    socket.on("data", (data) => {
      head += data.toString("latin1");
      if (head.includes("\r\n\r\n")) this.#answer(socket, parseRequest(head, isStore));
    });
  }

  #answer(socket: Socket, request: HubRequest): void {
    this.requests.push(request);
    const misdeed = this.misdeed(request);
    if (misdeed?.kind === "slow") {
      setTimeout(() => send(socket, this.#counted(request, this.#reply(request))), misdeed.ms);
      return;
    }
    if (misdeed?.kind === "redirect") {
      send(socket, { status: 302, headers: { location: misdeed.to }, body: new Uint8Array() });
      return;
    }
    if (misdeed?.kind === "status") {
      const { status, headers = {} } = misdeed;
      send(socket, { status, headers, body: Buffer.from("no") });
      return;
    }
    if (misdeed?.kind === "page") {
      const headers = { "content-type": "text/html; charset=utf-8" };
      send(socket, { status: 200, headers, body: Buffer.from("<html>log in</html>") });
      return;
    }
    const plain = { ...request, range: misdeed?.kind === "whole" ? undefined : request.range };
    const reply = this.#counted(request, this.#reply(plain));
    if (misdeed?.kind === "drop" || misdeed?.kind === "stall") {
      socket.write(headOf(reply, reply.body.length));
      socket.write(reply.body.subarray(0, Math.floor(misdeed.after * reply.body.length)));
      if (misdeed.kind === "drop") setTimeout(() => socket.destroy(), 1);
      return;
    }
    if (misdeed?.kind === "drip") {
      drip(socket, reply, misdeed.ms);
      return;
    }
    send(socket, misdeed === undefined ? reply : spoiled(reply, misdeed.kind));
  }

  #counted({ file }: HubRequest, reply: Reply): Reply {
    if (file !== undefined && reply.status < 300) this.served += reply.body.length;
    return reply;
  }

  #reply({ path, isStore, range }: HubRequest): Reply {
    const [, id, rest] = /^(?:\/api\/models)?\/([^/]+\/[^/]+)\/(.*)$/.exec(path) ?? [];
    const model = this.#models.get(id ?? "");
    if (model === undefined) return { status: 404, headers: {}, body: Buffer.from("unknown") };
    if (path.startsWith("/api/")) return this.#listingReply(model, rest!);
    const name = decodeURIComponent(rest!.replace(/^resolve\/[^/]+\//, ""));
    const content = model.files[name];
    if (content === undefined) {
      return { status: 404, headers: { "x-error-code": "EntryNotFound" }, body: Buffer.from("no") };
    }
    if (isLarge(name) && !isStore) {
      const location = `${this.#address(1)}${path}`;
      const headers = {
        location,
        ...{
          "x-linked-etag": `"${hashOf(name, content)}"`,
          "x-linked-size": String(content.length),
        },
        "x-repo-commit": commitOf(model),
      };
      return { status: 302, headers, body: new Uint8Array() };
    }
    const headers = { "x-repo-commit": commitOf(model), "accept-ranges": "bytes" };
    const etag = { etag: isLarge(name) ? '"of-the-store"' : `"${hashOf(name, content)}"` };
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    if (from === undefined) return { status: 200, headers: { ...headers, ...etag }, body: content };
    const [first, last] = [Number(from), to ? Number(to) : content.length - 1];
    const stretch = { "content-range": `bytes ${first}-${last}/${content.length}` };
    return {
      status: 206,
      headers: { ...headers, ...etag, ...stretch },
      body: content.subarray(first, last + 1),
    };
  }

  #listingReply(model: PublishedModel, rest: string): Reply {
    const [, revision] = /^revision\/([^?/]+)/.exec(rest) ?? [];
    if (revision !== "main" && revision !== commitOf(model)) {
      const headers = { "x-error-code": "RevisionNotFound" };
      return { status: 404, headers, body: Buffer.from("unknown revision") };
    }
    const { listing = listingOf(model) } = model;
    const text = listing instanceof RawListing ? listing.text : JSON.stringify(listing);
    const body = Buffer.from(text);
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
}

const hashes = new WeakMap<Uint8Array, string>();
const commits = new WeakMap<PublishedModel, string>();

/** The hash by which the hub names the content of a file. */
export function hashOf(name: string, content: Uint8Array): string {
  const known = hashes.get(content);
  if (known !== undefined) return known;
  const hash = isLarge(name) ? sha256(content) : gitSha1(content);
  hashes.set(content, hash);
  return hash;
}

/** The commit of a model: it follows from its files. */
export function commitOf(model: PublishedModel): string {
  const known = commits.get(model);
  if (known !== undefined) return known;
  const files = Object.entries(model.files);
  const lines = files.map(([name, content]) => `${name} ${hashOf(name, content)}\n`);
  const commit = gitSha1(Buffer.from(lines.join("")));
  commits.set(model, commit);
  return commit;
}

/** What the hub says about a model. */
export function listingOf(model: PublishedModel): { sha: string; siblings: object[] } {
  const siblings = Object.entries(model.files).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: gitSha1(content),
    ...(isLarge(rfilename)
      ? { lfs: { sha256: hashOf(rfilename, content), size: content.length, pointerSize: 130 } }
      : {}),
  }));
  return { sha: commitOf(model), siblings };
}

export function sha256(bytes: Uint8Array): string {
  return new CryptoHasher("sha256").update(bytes).digest("hex");
}

/** The name that git gives to a file of these bytes. */
export function gitSha1(bytes: Uint8Array): string {
  return new CryptoHasher("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function isLarge(name: string): boolean {
  return name.endsWith(".safetensors");
}

function parseRequest(head: string, isStore: boolean): HubRequest {
  const [path] = head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/1.1\r\n")).split("?again");
  const header = (name: string) => new RegExp(`^${name}: (.*)\r$`, "im").exec(head)?.[1];
  const file = /\/resolve\/[^/]+\/(.+)$/.exec(path!)?.[1];
  const [authorization, range] = [header("authorization"), header("range")];
  return { path: path!, file, isStore, authorization, range };
}

function headOf({ status, headers }: Reply, length: number): string {
  const all = { "content-length": length, connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Answer\r\n${lines.join("")}\r\n`;
}

function send(socket: Socket, reply: Reply): void {
  socket.write(headOf(reply, reply.body.length));
  socket.end(reply.body);
}

function drip(socket: Socket, reply: Reply, ms: number): void {
  socket.write(headOf(reply, reply.body.length));
  let at = 0;
  const timer = setInterval(() => socket.write(reply.body.subarray(at, ++at)), ms);
  socket.on("close", () => clearInterval(timer));
}

/** A proper reply as it looks after a misdeed. */
function spoiled(reply: Reply, kind: string): Reply {
  const { headers, body } = reply;
  switch (kind) {
    case "corrupt": {
      const bytes = Uint8Array.from(body);
      for (let at = 0; at < bytes.length; at += 1000) bytes[at]! ^= 0x20;
      return { ...reply, body: bytes };
    }
    case "short":
      return { ...reply, body: body.subarray(0, Math.floor(body.length / 2)) };
    case "long":
      return { ...reply, body: Buffer.concat([body, Buffer.from("and more")]) };
    case "gzip": {
      const packed = Bun.gzipSync(Uint8Array.from(body));
      return { ...reply, headers: { ...headers, "content-encoding": "gzip" }, body: packed };
    }
    case "range":
      return { ...reply, headers: { ...headers, "content-range": "bytes 7-8/9" } };
    case "etag": {
      const other = { etag: `"${"0".repeat(40)}"`, "x-linked-etag": `"${"0".repeat(64)}"` };
      return { ...reply, headers: { ...headers, ...other } };
    }
    case "garbage":
      return { ...reply, headers: {}, body: Buffer.from("<html>not what you expect</html>") };
    default:
      return reply;
  }
}
