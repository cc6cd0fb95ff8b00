import { describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { expectAsrError } from "../../testing/expect-error.ts";
import { errorOf, scriptedServer } from "../../testing/server.ts";
import type { Access } from "../service/settings.ts";
import { checkAccess, checkExposure } from "./access.ts";
import { keyOf, offeredProtocols } from "./keys.ts";
import type { Route } from "./route.ts";

const routes: readonly Route[] = [
  { path: "/", methods: { GET: () => new Response("page") }, isPublic: true },
  { path: "/work", methods: { POST: () => new Response("done") } },
  { path: "/socket", methods: { GET: () => new Response("upgraded") } },
];

/** The status of an answer, and what a refusal says. */
async function ask(
  access: Partial<Access>,
  path: string,
  headers: Record<string, string>,
  method = "POST",
): Promise<{ status: number; code: string | null; message: string; headers: Headers }> {
  const { app } = scriptedServer(routes, { access });
  const request = new Request(`http://127.0.0.1:8765${path}`, { method, headers });
  const response = await app.fetch(request);
  if (response === undefined) throw new Error("no answer");
  const { status } = response;
  const error = status < 400 ? { code: null, message: "" } : await errorOf(response);
  return { status, code: error.code, message: error.message, headers: response.headers };
}

describe("the name in Host", () => {
  test.each([
    "127.0.0.1:8765",
    "localhost:8765",
    "localhost",
    "LOCALHOST.:1",
    "bun-asr.localhost",
    "[::1]:8765",
    "192.168.1.7:8765",
    hostname(),
    `${hostname().split(".")[0]}.local:8765`,
    "asr.example.com",
    "ASR.example.com:443",
  ])("%s is the server's own", async (host) => {
    expect((await ask({ hosts: ["asr.example.com"] }, "/work", { host })).status).toBe(200);
  });

  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example:8765",
    "evil-localhost",
    "example.com",
    "x.asr.example.com",
    "evil.example, localhost",
    "",
    "999.1.1.1",
  ])("%p is not", async (host) => {
    const { status, code, message } = await ask(
      { hosts: ["asr.example.com"] },
      "/",
      { host },
      "GET",
    );
    expect([status, code]).toEqual([403, "host_not_allowed"]);
    expect(message).toContain("--allow-host");
  });

  test("is any where all are allowed", async () => {
    expect((await ask({ hosts: ["*"] }, "/work", { host: "evil.example" })).status).toBe(200);
  });
});

describe("the origin of a page", () => {
  const host = "localhost:8765";

  test.each([undefined, "http://localhost:8765", "https://localhost:8765"])(
    "%s may call without being allowed, and is told nothing of it",
    async (origin) => {
      const { status, headers } = await ask({}, "/work", { host, ...(origin && { origin }) });
      expect([status, headers.get("access-control-allow-origin")]).toEqual([200, null]);
    },
  );

  test.each([
    "http://evil.example",
    "http://localhost:3000",
    "http://localhost",
    "http://127.0.0.1:8765",
    "app://localhost:8765",
    "null",
    "",
  ])("%p may not", async (origin) => {
    const { status, code, message, headers } = await ask({}, "/work", { host, origin });
    expect([status, code]).toEqual([403, "origin_not_allowed"]);
    expect(message).toContain("--allow-origin");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each([
    ["app://obsidian.md", "app://obsidian.md"],
    ["*", "http://evil.example"],
    ["null", "null"],
    ["moz-extension://*", "moz-extension://4f2c"],
    ["http://localhost:*", "http://localhost:3000"],
    ["https://Example.com", "https://example.com"],
  ])("%s allows %s", async (allowed, origin) => {
    const { status, headers } = await ask({ origins: [allowed] }, "/work", { origin });
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe(origin);
    expect(headers.get("vary")).toBe("origin");
  });

  test.each([
    ["http://localhost:*", "http://localhost.evil.example:80"],
    ["https://example.com", "https://example.com.evil.example"],
    ["https://example.com", "http://example.com"],
    ["moz-extension://*", "chrome-extension://4f2c"],
  ])("%s does not allow %s", async (allowed, origin) => {
    expect((await ask({ origins: [allowed] }, "/work", { origin })).status).toBe(403);
  });

  test("can read what went wrong, where it is allowed", async () => {
    const access = { origins: ["*"], apiKeys: ["k"] };
    const { status, headers } = await ask(access, "/work", { origin: "https://a.example" });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([
      401,
      "https://a.example",
    ]);
    expect(headers.get("access-control-expose-headers")).toBe("*");
  });
});

describe("a browser that asks before it sends", () => {
  const asks = {
    origin: "app://obsidian.md",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,x-stainless-os",
    "access-control-request-private-network": "true",
  };

  test("is told what it may send, without a key", async () => {
    const access = { origins: ["app://obsidian.md"], apiKeys: ["k"] };
    const { status, headers } = await ask(access, "/v1/work", asks, "OPTIONS");
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({
      "access-control-allow-origin": "app://obsidian.md",
      "access-control-allow-methods": "POST, OPTIONS",
      "access-control-allow-headers": "authorization,x-stainless-os",
      "access-control-allow-private-network": "true",
    });
  });

  test("is refused for other pages", async () => {
    const { status, headers } = await ask({ origins: ["app://b"] }, "/work", asks, "OPTIONS");
    expect(status).toBe(403);
    const told = [...headers.keys()].filter((name) => name.startsWith("access-control"));
    expect(told).toEqual([]);
  });
});

describe("an API key", () => {
  const access = { apiKeys: ["first-key", "second"] };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test.each([bearer("first-key"), bearer("second"), { authorization: "bearer  second " }])(
    "%p opens",
    async (headers) => {
      expect((await ask(access, "/work", headers)).status).toBe(200);
    },
  );

  test.each<Record<string, string>>([
    {},
    bearer("first-ke"),
    bearer("first-key2"),
    bearer(""),
    bearer("first-key second"),
    bearer("x".repeat(10_000)),
    { authorization: "Basic first-key" },
    { authorization: "first-key" },
    { "x-api-key": "second" },
    { "sec-websocket-protocol": "openai-insecure-api-key.second" },
  ])("%.60p does not", async (headers) => {
    const response = await ask(access, "/work", headers);
    expect([response.status, response.code]).toEqual([401, "invalid_api_key"]);
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
    expect(response.message).not.toContain("first");
  });

  test("is not taken from the URL, and not asked for at what is public", async () => {
    expect((await ask(access, "/work?api_key=second&key=second", {})).status).toBe(401);
    expect((await ask(access, "/", {}, "GET")).status).toBe(200);
  });

  test("comes in the subprotocol of a WebSocket, as browsers send it", async () => {
    const protocols = "realtime, openai-insecure-api-key.second, openai-beta.realtime-v1";
    const headers = { upgrade: "websocket", "sec-websocket-protocol": protocols };
    expect((await ask(access, "/socket", headers, "GET")).status).toBe(200);
    const request = new Request("http://127.0.0.1/socket", { headers });
    expect(keyOf(request)).toBe("second");
    expect(offeredProtocols(request)).toEqual(["realtime", "openai-beta.realtime-v1"]);
    const wrong = { ...headers, "sec-websocket-protocol": "openai-insecure-api-key.third" };
    expect((await ask(access, "/socket", wrong, "GET")).status).toBe(401);
  });
});

describe("access that cannot be meant is refused", () => {
  const none: Access = { apiKeys: [], origins: [], hosts: [] };

  test.each<[Partial<Access>, string]>([
    [{ apiKeys: [""] }, "the API key is empty"],
    [{ apiKeys: ["good", "two words"] }, "API key 2 is nothing that a header can carry"],
    [{ apiKeys: ["schlüssel"] }, "the API key is nothing"],
    [{ origins: ["https://example.com/"] }, "without a path"],
    [{ origins: ["example.com"] }, '"example.com" is no origin'],
    [{ origins: ["https://*.example.com"] }, "is no origin"],
    [{ hosts: ["example.com:80"] }, "without a port"],
    [{ hosts: ["http://example.com"] }, "is no name of a host"],
  ])("%p", async (access, why) => {
    const error = await expectAsrError(() => checkAccess({ ...none, ...access }), "usage", why);
    expect(error.oneLine).not.toMatch(/words|schl/);
  });

  test("as is a server for other machines without a key, unless somebody says so", async () => {
    for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"]) {
      checkExposure(host, none, false);
    }
    for (const host of ["0.0.0.0", "::", "192.168.1.7", "example.com", "127.0.0.1.evil.example"]) {
      await expectAsrError(() => checkExposure(host, none, false), "usage", host, "--api-key");
      checkExposure(host, none, true);
      checkExposure(host, { ...none, apiKeys: ["k"] }, false);
    }
  });
});
