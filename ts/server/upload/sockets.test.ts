import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptedServer } from "../../testing/server.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { problemOf } from "../http/problem.ts";
import type { Route, SocketData } from "../http/route.ts";
import { readForm } from "./form.ts";

const before = tmpdir();
let folder = "";
let server: Bun.Server<SocketData>;
let drain: AbortController;
/** What became of forms, in their order: the size of a file, or a status. */
const outcomes: number[] = [];

const upload: Route = {
  path: "/upload",
  methods: {
    POST: async ({ request }, { limits }) => {
      try {
        await using form = await readForm(request, limits);
        outcomes.push(form.file.size);
        return Response.json({ size: form.file.size });
      } catch (error) {
        outcomes.push(problemOf(error).status);
        throw error;
      }
    },
  },
};

beforeAll(() => {
  folder = mkdtempSync(join(before, "bun-asr-sockets-"));
  process.env["TMPDIR"] = folder;
  const limits = { maxUploadBytes: 30_000_000, maxUploadSilence: 1 };
  const scripted = scriptedServer([upload], { limits, access: { apiKeys: ["key"] } });
  const { app } = scripted;
  drain = scripted.drain;
  server = Bun.serve<SocketData>({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request) => app.fetch(request),
    websocket: app.websocket,
  });
});
afterEach(() => {
  outcomes.length = 0;
});
afterAll(async () => {
  await server.stop(true);
  process.env["TMPDIR"] = before;
  rmSync(folder, { recursive: true });
});

const start = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
const end = "\r\n--b--\r\n";

/** The lines of a request, which say how long its body is or that it comes in chunks. */
function head(length: number | "chunked", key = "key"): string {
  const size = length === "chunked" ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`;
  return (
    `POST /v1/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n` +
    `Content-Type: multipart/form-data; boundary=b\r\n${size}\r\n\r\n`
  );
}

/** A connection, with what the server says on it. */
class Client implements Disposable {
  readonly socket: Socket;
  readonly status = Promise.withResolvers<number>();
  #said = "";

  constructor() {
    this.socket = connect(server.port!, "127.0.0.1");
    this.socket.on("data", (bytes) => {
      this.#said += bytes.toString("latin1");
      const [, status] = /^HTTP\/1\.1 (\d+).*?\r\n\r\n/s.exec(this.#said) ?? [];
      if (status !== undefined) this.status.resolve(Number(status));
    });
    this.socket.on("error", (error) => this.status.reject(error));
    this.socket.on("close", () => this.status.reject(new Error("closed")));
    this.status.promise.catch(() => {});
  }

  /** Waits until the bytes are taken, whatever the server says meanwhile. */
  async send(data: string | Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.socket.write(data, (error) => (error == null ? resolve() : reject(error)));
    await promise;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

const isEmpty = () => readdirSync(folder).length === 0;

async function until(isSo: () => boolean, milliseconds = 2000): Promise<void> {
  const limit = performance.now() + milliseconds;
  while (!isSo()) {
    if (performance.now() > limit) throw new Error("it does not come to be");
    await Bun.sleep(2);
  }
}

describe("over a socket", () => {
  test("a form in one piece, and one in chunks without a length, are read", async () => {
    const form = `${start}sound${end}`;
    const chunks = [...form].map((byte) => `1\r\n${byte}\r\n`).join("");
    for (const request of [`${head(form.length)}${form}`, `${head("chunked")}${chunks}0\r\n\r\n`]) {
      using client = new Client();
      await client.send(request);
      expect(await client.status.promise).toBe(200);
    }
    expect(outcomes).toEqual([5, 5]);
  });

  test("a body that is over while its form is not is refused", async () => {
    const form = `${start}sound\r\n--b`;
    for (const request of [
      `${head(form.length)}${form}`,
      `${head("chunked")}${form.length.toString(16)}\r\n${form}\r\n0\r\n\r\n`,
    ]) {
      using client = new Client();
      await client.send(request);
      expect(await client.status.promise).toBe(400);
    }
    expect(isEmpty()).toBe(true);
  });
});

describe("an upload that hardly goes on is ended:", () => {
  test("no byte for a while", async () => {
    using client = new Client();
    await client.send(`${head(1000)}${start}so`);
    await until(() => !isEmpty());
    expect(await client.status.promise).toBe(408);
    expect(isEmpty()).toBe(true);
    await until(() => client.socket.readyState === "closed");
  });

  test("a byte now and then", async () => {
    using client = new Client();
    await client.send(`${head(1000)}${start}`);
    const dripping = setInterval(() => void client.send(".").catch(() => {}), 50);
    try {
      expect(await client.status.promise).toBe(408);
    } finally {
      clearInterval(dripping);
    }
    expect(isEmpty()).toBe(true);
  });
});

describe("who is refused while sending gets the reason:", () => {
  const [large, allowed] = [32_000_000, 29_000_000];
  const bytes = new Uint8Array(large);

  test.each([
    ["a length above the limit", head(large), large, 413],
    ["chunks above the limit", `${head("chunked")}${large.toString(16)}\r\n${start}`, large, 413],
    ["a wrong key", head(large, "other"), large, 401],
    ["a path that is none", head(large).replace("/v1/upload", "/v1/x"), large, 404],
    ["another content type", head(large).replace("multipart/form-data", "text/html"), large, 415],
    ["a broken form", `${head(allowed)}--b\r\nX: 1\r\n\r\n`, allowed, 400],
  ])("%s", async (_, request, length, status) => {
    // Those who want no other answer on the connection are behind nginx, or Python's urllib.
    for (const lines of ["", "Connection: close\r\n"]) {
      using client = new Client();
      await client.send(request.replace("Host:", `${lines}Host:`));
      // It does not look at the answer before all is sent, as many clients.
      await client.send(bytes.subarray(0, length - request.length));
      expect(await client.status.promise).toBe(status);
      expect(isEmpty()).toBe(true);
    }
  });
});

test("who waits for an answer before it sends is not waited for", async () => {
  using client = new Client();
  const started = performance.now();
  await client.send(head(50_000_000).replace("Host:", "Connection: close\r\nHost:"));
  expect(await client.status.promise).toBe(413);
  expect(performance.now() - started).toBeLessThan(900);
});

describe("clients that leave", () => {
  const descriptors = () => readdirSync("/proc/self/fd").length;

  test.skipIf(process.platform !== "linux")("at any moment leave nothing behind", async () => {
    const random = seededRandom(100);
    const form = Buffer.concat([Buffer.from(start), Buffer.alloc(300_000, 46), Buffer.from(end)]);
    const request = Buffer.concat([Buffer.from(head(form.length)), form]);
    const leave = async () => {
      using client = new Client();
      const sent = 1 + Math.floor(random() * (request.length - 1));
      await client.send(request.subarray(0, sent));
      if (random() < 0.7) await Bun.sleep(random() * 10);
      if (random() < 0.3) client.socket.end();
      else if (random() < 0.5) client.socket.resetAndDestroy();
    };
    await Promise.all([leave(), leave()]);
    await until(isEmpty);
    const open = descriptors();
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 10 }, leave));
    await until(isEmpty, 1000);
    await until(() => descriptors() <= open);
    expect(outcomes.filter((outcome) => outcome !== 499 && outcome !== 400)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(20);
  });

  test("have their file removed at once", async () => {
    using client = new Client();
    await client.send(`${head(1000)}${start}so`);
    await until(() => !isEmpty());
    const left = performance.now();
    client.socket.destroy();
    await until(isEmpty);
    expect(performance.now() - left).toBeLessThan(300);
    await until(() => outcomes.length > 0);
    // Others that left may be noticed as late as now.
    expect(new Set(outcomes)).toEqual(new Set([499]));
  });
});

test("of 64 uploads at once none is lost", async () => {
  const body = (index: number) => {
    const form = new FormData();
    form.append("file", new Blob([new Uint8Array(1_000_000 + index)]));
    return form;
  };
  const url = new URL("/v1/upload", server.url);
  const headers = { authorization: "Bearer key" };
  const sizes = Array.from({ length: 64 }, async (_, index) => {
    const answer = await fetch(url, { method: "POST", headers, body: body(index) });
    const { size } = (await answer.json()) as { size: number };
    return size;
  });
  expect(await Promise.all(sizes)).toEqual(Array.from({ length: 64 }, (_, i) => 1_000_000 + i));
  expect(isEmpty()).toBe(true);
});

test("who sends to a server that ends is told so", async () => {
  drain.abort();
  using client = new Client();
  const bytes = new Uint8Array(20_000_000);
  await client.send(head(bytes.length));
  await client.send(bytes);
  expect(await client.status.promise).toBe(503);
});
