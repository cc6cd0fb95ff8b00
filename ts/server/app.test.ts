import { describe, expect, test } from "bun:test";
import { AsrError } from "../contract/errors.ts";
import { errorOf, scriptedServer } from "../testing/server.ts";
import { Problem } from "./http/problem.ts";
import type { Route } from "./http/route.ts";

const routes: readonly Route[] = [
  { path: "/", methods: { GET: () => new Response("page") }, isPublic: true },
  {
    path: "/echo",
    methods: {
      GET: ({ id }) => Response.json({ id }),
      POST: async ({ request }) => new Response(await request.text()),
    },
  },
  {
    path: "/broken",
    methods: {
      GET({ url }) {
        switch (url.search) {
          case "?input":
            throw new AsrError("input", "file: is empty");
          case "?usage":
            throw new AsrError("usage", 'unknown language "xx"', "did you mean de?");
          case "?busy":
            throw new Problem(503, "all places are taken", { headers: { "retry-after": "3" } });
          case "?model":
            throw new AsrError("model", "weights: are missing");
          default:
            throw new TypeError("x is not a function");
        }
      },
    },
  },
];

const base = "http://127.0.0.1:8765";

function server(
  ...given: Parameters<typeof scriptedServer> extends [unknown, ...infer R] ? R : []
) {
  const made = scriptedServer(routes, ...given);
  const ask = async (path: string, init?: RequestInit) => {
    const response = await made.app.fetch(new Request(base + path, init));
    if (response === undefined) throw new Error("became a WebSocket");
    return response;
  };
  return { ...made, ask };
}

describe("routes", () => {
  test.each([
    "/echo",
    "/v1/echo",
    "/v1/v1/echo",
    "//v1/echo/",
    "/v1//echo",
    "/v1//v1//echo",
    "/echo//",
    "/v1/echo?x=1",
  ])("%s is one", async (path) => {
    const response = await server().ask(path, { method: "POST", body: "hello" });
    expect([response.status, await response.text()]).toEqual([200, "hello"]);
  });

  test.each(["/", "/v1", "/v1/"])("the root is %s", async (path) => {
    expect(await (await server().ask(path)).text()).toBe("page");
  });

  test.each(["/echos", "/v1echo", "/v2/echo", "/echo/v1", `/${"x".repeat(9000)}`])(
    "%.20s is none",
    async (path) => {
      const response = await server().ask(path);
      const error = await errorOf(response);
      expect([response.status, error.type, error.code, error.param]).toEqual([
        404,
        "invalid_request_error",
        "unknown_url",
        null,
      ]);
      expect(error.message).toContain("there is nothing at /");
      expect(error.message.length).toBeLessThan(200);
    },
  );

  test("a path like that of a route for texts leads there", async () => {
    const { message } = await errorOf(await server().ask("/v1/audio/align", { method: "POST" }));
    expect(message).toEndWith("POST /v1/audio/alignments");
  });

  test("a method that a route lacks is named with those that it has", async () => {
    const response = await server().ask("/v1/echo", { method: "DELETE" });
    expect([response.status, response.headers.get("allow")]).toEqual([
      405,
      "GET, POST, HEAD, OPTIONS",
    ]);
    const error = await errorOf(response);
    expect(error.message).toBe("/v1/echo takes GET, POST, HEAD, OPTIONS, not DELETE");
    const posted = await server().ask("/", { method: "POST", body: "x" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  test("HEAD is answered as GET, OPTIONS tells the methods", async () => {
    const { ask } = server();
    const head = await ask("/echo", { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("application/json"),
    ]);
    const options = await ask("/echo", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([
      204,
      "GET, POST, HEAD, OPTIONS",
    ]);
  });
});

describe("every answer", () => {
  test("has an id of its own and its time, and is counted", async () => {
    const { ask, metrics, answered } = server();
    const seen = new Set<string>();
    for (const path of ["/echo", "/none", "/broken"]) {
      const { headers } = await ask(path);
      expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
      expect(headers.get("openai-processing-ms")).toMatch(/^\d+$/);
      seen.add(headers.get("x-request-id")!);
    }
    expect(seen.size).toBe(3);
    expect(answered.map(({ id }) => id)).toEqual([...seen]);
    const told = metrics.answers.map(({ path, status }) => [path, status]);
    expect(told).toEqual([
      ["/echo", 200],
      ["unknown", 404],
      ["/broken", 500],
    ]);
    expect(answered.map(({ fault }) => fault !== undefined)).toEqual([false, false, true]);
  });

  test("names the id that the route was told", async () => {
    const response = await server().ask("/echo");
    const id = response.headers.get("x-request-id");
    expect(await response.json()).toEqual({ id });
  });

  test.each([
    ["?input", 400, "invalid_request_error", "invalid_audio", "file", "file: is empty"],
    ["?usage", 400, "invalid_request_error", "invalid_value", null, 'unknown language "xx"; did'],
    ["?busy", 503, "server_error", null, null, "all places are taken"],
    ["?model", 500, "server_error", "model", null, "weights: are missing"],
    ["?", 500, "server_error", null, null, "a fault of bun-asr"],
  ])("what a route throws has OpenAI's form: %s", async (query, status, type, code, param, why) => {
    const response = await server().ask(`/broken${query}`);
    const error = await errorOf(response);
    expect([response.status, error.type, error.code, error.param]).toEqual([
      status,
      type,
      code,
      param,
    ]);
    expect(error.message).toContain(why);
    expect(response.headers.get("retry-after")).toBe(query === "?busy" ? "3" : null);
    // The SDKs would send what fails for certain again.
    expect(response.headers.get("x-should-retry")).toBe(query === "?busy" ? null : "false");
  });
});

test("what ends with a client that left is no fault", async () => {
  const leaving = new AbortController();
  const left: Route = {
    path: "/left",
    methods: {
      GET({ request }) {
        leaving.abort();
        throw request.signal.reason;
      },
    },
  };
  const { app, answered } = scriptedServer([left]);
  await app.fetch(new Request(`${base}/left`, { signal: leaving.signal }));
  expect(answered).toMatchObject([{ status: 499, fault: undefined }]);
});

test("a server that ends takes nothing new, but tells how it is", async () => {
  const { ask, drain } = server();
  drain.abort();
  const response = await ask("/echo");
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  expect((await errorOf(response)).code).toBe("draining");
  expect((await ask("/")).status).toBe(200);
});

test("a request that becomes a WebSocket is counted, and its answer has the id", async () => {
  const upgrades: unknown[] = [];
  const socketRoute: Route = {
    path: "/socket",
    methods: {
      GET({ request, upgrader }) {
        const data = { open() {}, message() {}, drain() {}, close() {} };
        upgrader?.upgrade(request, { data, headers: { "sec-websocket-protocol": "realtime" } });
        return undefined;
      },
    },
  };
  const { app, answered } = scriptedServer([socketRoute]);
  const upgrader = {
    upgrade: (_: Request, { headers }: { headers?: Record<string, string> }) =>
      upgrades.push(headers) > 0,
  };
  expect(await app.fetch(new Request(`${base}/v1/socket`), upgrader)).toBeUndefined();
  expect(answered).toMatchObject([{ path: "/socket", status: 101 }]);
  const id = answered[0]!.id;
  expect(upgrades).toEqual([{ "x-request-id": id, "sec-websocket-protocol": "realtime" }]);
});
