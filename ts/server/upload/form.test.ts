import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import { until } from "../../testing/until.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { faultOf, Problem, problemOf } from "../http/problem.ts";
import { defaultLimits, type Limits } from "../service/settings.ts";
import { readForm } from "./form.ts";

let folder = "";
const before = tmpdir();
beforeAll(() => {
  folder = mkdtempSync(join(before, "bun-asr-form-"));
  process.env["TMPDIR"] = folder;
});
afterAll(() => {
  process.env["TMPDIR"] = before;
  rmSync(folder, { recursive: true });
});

const type = "multipart/form-data; boundary=b";
const field = (name: string, text: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const file = field("file", "sound");

type Body = string | Uint8Array | ReadableStream<Uint8Array> | FormData;

function request(body: Body, contentType: string | undefined = type): Request {
  const headers: Record<string, string> =
    contentType === undefined ? {} : { "content-type": contentType };
  return new Request("http://localhost/v1/audio/transcriptions?language=de", {
    method: "POST",
    headers,
    body,
  });
}

/** What a form has, once it is read; its file must be gone when it was disposed of. */
async function read(body: Body, contentType?: string, limits: Partial<Limits> = {}) {
  const given = request(body, contentType);
  await using form = await readForm(given, { ...defaultLimits, ...limits });
  const { path, ...facts } = form.file;
  const { mode } = statSync(path);
  expect(mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  const bytes = await Bun.file(path).bytes();
  expect(bytes.length).toBe(facts.size);
  return { fields: Object.fromEntries(form.fields), file: { ...facts, bytes } };
}

/** The error that a body comes to, which leaves nothing behind. */
async function refusal(body: Body, contentType?: string, limits?: Partial<Limits>) {
  const thrown = await read(body, contentType, limits).then(
    () => new Error("it was read"),
    (error: unknown) => error,
  );
  expect(readdirSync(folder)).toEqual([]);
  if (!(thrown instanceof Problem)) throw thrown;
  const { status, message, code, param } = thrown;
  expect(message).not.toContain(folder);
  return { status, message, code, param };
}

describe("a form", () => {
  test("has fields as lists, and a file that is gone afterwards", async () => {
    const lists = `${field("languages[]", "de")}${field("languages", "en")}${field("x[0]", "ä")}`;
    const { fields, file: got } = await read(`${field("model", "a")}${file}${lists}--b--`);
    expect(fields).toEqual({ model: ["a"], languages: ["de", "en"], x: ["ä"] });
    expect(got.name).toBe("file");
    expect(Buffer.from(got.bytes).toString()).toBe("sound");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("takes the name of its file as something to show, and for nothing else", async () => {
    const named = async (filename: string) => {
      const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${filename}"`;
      return (await read(`${head}\r\n\r\nsound\r\n--b--`)).file.name;
    };
    expect(await named("talk.mp3")).toBe("talk.mp3");
    expect(await named("../../etc/passwd")).toBe("passwd");
    expect(await named("C:\\temp\\talk.mp3")).toBe("talk.mp3");
    expect(await named("\u202egpj.\u0000\tm\u2028p3%0A")).toBe("gpj.mp3");
    expect(await named("x".repeat(500))).toBe(`${"x".repeat(80)}…`);
    expect(await named("")).toBe("file");
    expect(await named("a/")).toBe("file");
  });

  test("may have texts in another charset, and a boundary in quotes", async () => {
    const head = 'Content-Disposition: form-data; name="prompt"\r\n';
    const latin = `--b c\r\n${head}Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe4\r\n`;
    const body = Buffer.from(`${latin}${file.replace("--b", "--b c")}--b c--`, "latin1");
    const { fields } = await read(body, 'Multipart/Form-Data; Boundary="b c"; charset=utf-8');
    expect(fields).toEqual({ prompt: ["ä"] });
  });

  test("may be a recording alone, with its fields in the query", async () => {
    for (const alone of ["audio/wav", "video/mp4", "application/octet-stream", "Audio/X; a=b"]) {
      const { fields, file: got } = await read("sound", alone);
      expect(fields).toEqual({ language: ["de"] });
      expect(Buffer.from(got.bytes).toString()).toBe("sound");
    }
  });

  test("has not more than the limit of bytes", async () => {
    const body = `${file}--b--`;
    const sizes = [body.length - 1, body.length, body.length + 1];
    const streamed = () => new Blob([body]).stream();
    for (const given of [() => body, streamed]) {
      const [less, same, more] = sizes.map((maxUploadBytes) => [given(), type, { maxUploadBytes }]);
      expect(await refusal(...(less as [string]))).toMatchObject({ status: 413 });
      expect((await read(...(same as [string]))).file.size).toBe(5);
      expect((await read(...(more as [string]))).file.size).toBe(5);
    }
  });
});

test.each([
  ["gzip", 415],
  ["BR", 415],
  ["identity", "read"],
  ["utf-8", "read"],
])("a body of the encoding %s: %s", async (encoding, outcome) => {
  const given = request(`${file}--b--`);
  given.headers.set("content-encoding", encoding);
  const got = await readForm(given, defaultLimits).then(
    async (form) => {
      await form[Symbol.asyncDispose]();
      return "read";
    },
    (error: Problem) => error.status,
  );
  expect(got).toBe(outcome);
});

test("a server that closes does not wait for the rest", async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(file)),
  });
  const closing = new AbortController();
  const form = readForm(request(body), defaultLimits, closing.signal);
  await until(() => readdirSync(folder).length > 0);
  const why = new Problem(503, "the server is ending");
  closing.abort(why);
  expect(await form.catch((error: unknown) => error)).toBe(why);
  expect(readdirSync(folder)).toEqual([]);
});

describe("refused with a reason, and nothing is left of it:", () => {
  const many = Array.from({ length: 1000 }, (_, i) => field("k[]", `${i}`)).join("");
  const large = (name: string, length: number) => field(name, "x".repeat(length));
  const titled = '--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n';

  test.each<[string, Body, number, string, string]>([
    ["two files", `${file}${file}--b--`, 400, "two files", type],
    ["no file", `${field("model", "a")}--b--`, 400, "no field file, but model; send", type],
    ["no part", "--b--", 400, "no field file; send", type],
    ["an empty file", `${field("file", "")}--b--`, 400, "file: is empty", type],
    ["a form that is cut in its file", file, 400, "cut", type],
    ["a form that is cut before its end", `${file}--b-`, 400, "cut", type],
    ["no form at all", "", 400, "cut", type],
    ["another boundary", `${file}--b--`, 400, "cut", "multipart/form-data; boundary=c"],
    ["no boundary", `${file}--b--`, 400, "boundary", "multipart/form-data"],
    ["an empty boundary", `${file}--b--`, 400, "boundary", "multipart/form-data; boundary="],
    ["too many parts", `${many}${file}--b--`, 400, "more than 1000 parts", type],
    ["a long field", `${large("a", 1_048_577)}--b--`, 400, "a has more than 1048576 bytes", type],
    [
      "a recording by another name",
      `${titled}${"x".repeat(1_050_000)}`,
      400,
      "as the field file",
      type,
    ],
    ["long fields", `${large("a", 1_000_000).repeat(5)}--b--`, 400, "4194304 bytes besides", type],
    [
      "text that is none",
      Buffer.from(`${field("a", "\xff")}--b--`, "latin1"),
      400,
      "a is no text",
      type,
    ],
    ["an empty recording", "", 400, "file: is empty", "audio/wav"],
    ["a form of another kind", "file=a", 415, "-F file=@", "application/x-www-form-urlencoded"],
    ["JSON", "{}", 415, "application/json has no recording", "application/json"],
  ])("%s", async (_, body, status, message, contentType) => {
    const found = await refusal(body, contentType);
    expect(found).toMatchObject({ status, message: expect.stringContaining(message) });
  });

  test("a request without content type", async () => {
    const bare = new Request("http://localhost/", { method: "POST", body: Buffer.from("x") });
    bare.headers.delete("content-type");
    await expect(readForm(bare, defaultLimits)).rejects.toThrow("the request has no content type");
    const none = new Request("http://localhost/", {
      method: "POST",
      headers: { "content-type": type },
    });
    await expect(readForm(none, defaultLimits)).rejects.toThrow("cut");
  });

  test("an upload whose length is too large, before a byte of it is read", async () => {
    let pulls = 0;
    const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 });
    const given = request(body);
    given.headers.set("content-length", "1000000001");
    await expect(readForm(given, defaultLimits)).rejects.toMatchObject({ status: 413 });
    expect(pulls).toBe(0);
  });

  test("a disk that takes no more", async () => {
    process.env["TMPDIR"] = "/nowhere";
    try {
      const named = file.replace('"file"', '"file"; filename="secret.mp3"');
      const thrown = await readForm(request(`${named}--b--`), defaultLimits).catch(problemOf);
      expect(thrown).toMatchObject({
        status: 507,
        message: "the server has no room for the upload",
      });
      // Whoever runs the server is told why, but no name.
      const { message } = faultOf(thrown) as AsrError;
      expect(message).toContain("no temporary folder can be made in /nowhere");
      expect(message).not.toContain("secret");
    } finally {
      process.env["TMPDIR"] = folder;
    }
  });

  test("a client that leaves", async () => {
    const leaving = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(file)),
      pull: (controller) => {
        leaving.abort();
        controller.error(new Error("The connection was closed."));
      },
    });
    const given = new Request(request(body), { signal: leaving.signal });
    const thrown = await readForm(given, defaultLimits).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AsrError);
    expect(thrown).toMatchObject({ code: "aborted" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("random forms in random chunks are read as Bun's own parser reads them", async () => {
  const random = seededRandom(12);
  const below = (end: number) => Math.floor(random() * end);
  for (let round = 0; round < 150; round++) {
    const given = new FormData();
    const bytes = () =>
      Uint8Array.from({ length: below(300) }, () => [13, 10, 45, 98, 0][below(5)]!);
    for (let count = below(6); count > 0; count--) given.append(`f${below(3)}`, `${below(99)}ü\r`);
    const sound = bytes();
    given.append("file", new Blob([sound, "."]), "a");
    for (let count = below(3); count > 0; count--) given.append("f[]", "\r\n--".repeat(below(4)));
    const encoded = new Response(given);
    const contentType = encoded.headers.get("content-type")!;
    const body = await encoded.bytes();
    let at = 0;
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const end = at + 1 + below(random() < 0.5 ? 4 : 400);
        controller.enqueue(body.subarray(at, end));
        at = end;
        if (at >= body.length) controller.close();
      },
    });
    const got = await read(chunks, contentType);
    const known = await new Response(body, { headers: { "content-type": contentType } }).formData();
    const names = [...new Set(known.keys())].filter((name) => name !== "file");
    const fields = names.map((name) => [name.replace("[]", ""), known.getAll(name)]);
    expect(got.fields).toEqual(Object.fromEntries(fields));
    expect(got.file.bytes).toEqual(Buffer.concat([sound, Buffer.from(".")]));
  }
});
