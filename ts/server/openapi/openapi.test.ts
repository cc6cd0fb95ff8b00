import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageFile from "../../../package.json";
import { clientsPython } from "../../testing/clients/python.ts";
import { schemaFaults } from "../../testing/json-schema.ts";
import { type ServerScript, scriptedServer } from "../../testing/server.ts";
import { wavFile } from "../../testing/wav-writer.ts";
import { routePath } from "../http/route.ts";
import { allRoutes } from "../routes.ts";

setDefaultTimeout(120_000);

const routes = allRoutes();
const key = "a-key";

/** What the tests look at. */
interface Description {
  info: { version: string };
  security: unknown[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object };
}

interface Operation {
  requestBody: {
    content: Record<string, { schema: { properties: Record<string, Record<string, unknown>> } }>;
  };
}

// Schemathesis leaves notes where it runs.
const folder = mkdtempSync(join(tmpdir(), "bun-asr-openapi-"));
const servers: Bun.Server<unknown>[] = [];
afterAll(async () => {
  for (const server of servers) await server.stop(true);
  rmSync(folder, { recursive: true });
});

/** A server at a free port, and what it says of itself. */
async function described(script: ServerScript = {}) {
  const { app } = scriptedServer(routes, script);
  const { websocket } = app;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, upgrader) => app.fetch(request, upgrader),
    websocket,
  });
  servers.push(server);
  const url = new URL("/openapi.json", server.url);
  const document: unknown = await (await fetch(url)).json();
  return { url, document: document as Description };
}

test("every route and method is described, and nothing else", async () => {
  const { document } = await described();
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => [
      method.toUpperCase(),
      routePath(path).replace(/\{\w+\}$/, "*"),
    ]),
  );
  const there = routes.flatMap(({ path, methods }) =>
    Object.keys(methods).map((method) => [method, path]),
  );
  expect(found.sort()).toEqual(there.sort());
});

test("a description has the server's own limits, version and keys", async () => {
  const limits = { maxKeywords: 7, maxKeywordLength: 8, maxPromptBytes: 9, maxSeconds: 1234 };
  const open = await described({ limits });
  const { requestBody } = open.document.paths["/v1/audio/transcriptions"]!["post"]!;
  const { properties } = requestBody.content["multipart/form-data"]!.schema;
  expect(properties["keywords[]"]).toMatchObject({ maxItems: 7, items: { maxLength: 8 } });
  expect(properties["prompt"]!["maxLength"]).toBe(9);
  expect(properties["file"]!["description"]).toContain("1234 s");
  expect(open.document).toMatchObject({ openapi: "3.1.0", security: [] });
  expect(open.document.info.version).toBe(packageFile.version);
  const closed = await described({ access: { apiKeys: [key] } });
  expect(closed.document.security).toEqual([{ key: [] }]);
});

/** A second of two channels that differ. */
function twoSpeakers(): Uint8Array<ArrayBuffer> {
  const samples = Int16Array.from({ length: 32_000 }, (_, at) =>
    at % 2 === 0 ? 9000 * Math.sin(at / 7) : 9000 * Math.sin(at * at),
  );
  return new Uint8Array(wavFile({ data: new Uint8Array(samples.buffer), channels: 2 }));
}

test.each(["json", "diarized_json"])(
  "events of a stream of %s are as described",
  async (format) => {
    const { url, document } = await described();
    const form = new FormData();
    const fields = { stream: "true", response_format: format };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("words", "auto");
    if (format === "json") form.append("include[]", "logprobs");
    form.append("file", new File([twoSpeakers()], "talk.wav"));
    const answer = await fetch(new URL("/v1/audio/transcriptions", url), {
      method: "POST",
      body: form,
    });
    const lines = (await answer.text()).match(/^data: \{.*$/gm) ?? [];
    const schemas: Readonly<Record<string, string>> = {
      "transcript.text.delta": "TextDelta",
      "transcript.text.segment": "TextSegment",
      "transcript.text.done": "TextDone",
    };
    const types = lines.map((line) => {
      const event = JSON.parse(line.slice("data: ".length));
      const pointer = `/components/schemas/${schemas[event.type]}`;
      expect(schemaFaults(closed(document), pointer, event)).toEqual([]);
      return event.type;
    });
    expect(new Set(types)).toEqual(new Set(Object.keys(schemas)));
  },
);

/** The same schema, for objects that have nothing but what is described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, it]) => [key, closed(it)]));
  return "properties" in copy ? { ...copy, additionalProperties: false } : copy;
}

test("schemathesis finds no answer that is not as described", async () => {
  const { url, document } = await described({ access: { apiKeys: [key] } });
  const components = { ...document.components, schemas: closed(document.components.schemas) };
  const path = join(folder, "openapi.json");
  await Bun.write(path, JSON.stringify({ ...document, components }));
  const program = join(await clientsPython(), "../schemathesis");
  const config = join(import.meta.dir, "../../testing/clients/schemathesis.toml");
  const options =
    "--max-examples 25 --seed 1 --no-color --generation-database none " +
    // A machine that is busy with other work must not fail it.
    "--request-timeout 60 --suppress-health-check too_slow";
  const child = Bun.spawn(
    [
      ...[program, "--config-file", config, "run", path, "--url", url.origin],
      ...[...options.split(" "), "--header", `Authorization: Bearer ${key}`],
    ],
    { cwd: folder, stdout: "pipe", stderr: "pipe" },
  );
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const failures = /^=+ FAILURES.*/ms.exec(output)?.[0] ?? "";
  expect([await child.exited, errors, failures]).toEqual([0, "", ""]);
  const [, count] = /(\d+) generated/.exec(output) ?? [];
  expect(Number(count)).toBeGreaterThan(200);
});
