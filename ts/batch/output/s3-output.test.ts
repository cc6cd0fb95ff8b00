import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { openItemAudio } from "../audio.ts";
import { openOutput } from "./open.ts";
import type { Output } from "./output.ts";

/** What S3 does with one key, as far as it counts here. */
const objects = new Map<string, string>();
/** Answers that come before the right ones. */
let troubles: number[] = [];
let asked: string[] = [];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    const trouble = troubles.shift();
    if (trouble !== undefined) return new Response("", { status: trouble });
    if (!searchParams.has("X-Amz-Signature") && !request.headers.has("authorization")) {
      return new Response("", { status: 403 });
    }
    if (searchParams.has("list-type")) return listed(searchParams.get("prefix") ?? "");
    const found = objects.get(pathname);
    if (request.method === "PUT") {
      const body = await request.text();
      if (request.headers.get("if-none-match") === "*" && objects.has(pathname)) {
        return new Response("", { status: 412 });
      }
      objects.set(pathname, body);
      return new Response("");
    }
    return found === undefined ? new Response("", { status: 404 }) : new Response(found);
  },
});

function listed(prefix: string): Response {
  const keys = [...objects.keys()].map((path) => path.replace("/bucket/", ""));
  const contents = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`);
  return new Response(
    `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name>${contents.join("")}` +
      `<KeyCount>${contents.length}</KeyCount><MaxKeys>1000</MaxKeys>` +
      "<IsTruncated>false</IsTruncated></ListBucketResult>",
  );
}

const names = ["AWS_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const before = names.map((name) => [name, process.env[name]] as const);
let output: Output;
beforeAll(() => {
  process.env["AWS_ENDPOINT"] = server.url.origin;
  process.env["AWS_ACCESS_KEY_ID"] = "key";
  process.env["AWS_SECRET_ACCESS_KEY"] = "secret";
  output = openOutput("s3://bucket/archive/");
});
afterAll(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await server.stop(true);
});
beforeEach(() => {
  objects.clear();
  [troubles, asked] = [[], []];
});

test("what is first stays, and whoever is second is told", async () => {
  const stored = await Promise.all(["a", "b", "c"].map((text) => output.put("parts/x", text)));
  expect(stored.filter(Boolean).length).toBe(1);
  expect(await output.get("parts/x")).toBe(["a", "b", "c"][stored.indexOf(true)]!);
  await output.replace("parts/x", "d");
  expect([await output.get("parts/x"), await output.has("parts/x")]).toEqual(["d", true]);
  expect([await output.get("parts/y"), await output.has("parts/y")]).toEqual([undefined, false]);
  expect([...objects.keys()]).toEqual(["/bucket/archive/parts/x"]);
  expect(await output.names("parts")).toEqual(["x"]);
});

test("a server that is busy is asked again, and one that stays so is told", async () => {
  troubles = [503, 500];
  expect(await output.put("x", "a")).toBe(true);
  expect(asked.length).toBe(3);
  troubles = [503, 503, 503, 503];
  await expectAsrError(() => output.get("x"), "output", "the server answered 503, 4 times");
  troubles = [403];
  await expectAsrError(() => output.get("x"), "output", "answered 403; check the credentials");
}, 60_000);

test("without keys it is told which variables have them", async () => {
  delete process.env["AWS_ACCESS_KEY_ID"];
  try {
    const keyless = openOutput("s3://bucket/archive");
    const hint = "there are no keys for S3; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    await expectAsrError(() => keyless.get("x"), "output", "s3://bucket/archive/x: ", hint);
    await expectAsrError(() => keyless.names("parts"), "output", "s3://bucket/archive: ", hint);
    await expectAsrError(() => openItemAudio("s3://bucket/a.wav"), "input", hint);
  } finally {
    process.env["AWS_ACCESS_KEY_ID"] = "key";
  }
});

test("audio is read from there, and what is not there is told by its name", async () => {
  objects.set("/bucket/a.wav", "RIFF");
  const audio = await openItemAudio("s3://bucket/a.wav");
  expect(await new Response(audio as ReadableStream).text()).toBe("RIFF");
  const missing = () => openItemAudio("s3://bucket/b.wav");
  const { oneLine } = await expectAsrError(missing, "input");
  expect(oneLine).toBe("s3://bucket/b.wav: no such object or bucket");
  expect(await openItemAudio("/a.wav")).toBe("/a.wav");
});
