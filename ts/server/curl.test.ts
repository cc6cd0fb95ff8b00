import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample } from "../native/locate.ts";
import { ServerProcess } from "../testing/server-process.ts";

let server: ServerProcess;
let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-curl-"));
  [server] = await Promise.all([ServerProcess.start(), transcribeOnCommandLine()]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Answer {
  status: number;
  type: string;
  text: string;
}

/** What curl prints, and with which status; `input` is its standard input. */
async function curl(args: readonly string[], input?: Blob): Promise<Answer> {
  const format = "\n%{http_code} %{content_type}";
  const command = ["curl", "-sS", "--max-time", "50", "-w", format, ...args];
  const child = Bun.spawn(command, {
    stdin: input ?? "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, notes]).toEqual([0, ""]);
  const [, text = "", status, type = ""] = /^(.*)\n(\d+) (.*)$/s.exec(out) ?? [];
  return { status: Number(status), type, text };
}

const transcriptions = () => `${server.url}/v1/audio/transcriptions`;

/** What the command line writes of the sample, by the endings of its files. */
const written: Record<string, string> = {};

async function transcribeOnCommandLine(): Promise<void> {
  const program = join(import.meta.dir, "../cli/main.ts");
  const output = ["-q", "-o", folder, "-f", "txt,srt,vtt"];
  const command = [program, "transcribe", demoSample, "--model", "demo", ...output];
  expect(await Bun.spawn([process.execPath, ...command]).exited).toBe(0);
  for (const ending of ["txt", "srt", "vtt"]) {
    written[ending] = await Bun.file(join(folder, `sample.${ending}`)).text();
  }
}

describe("formats are byte for byte those of the command line:", () => {
  test.each([
    ["text", "txt", "text/plain"],
    ["srt", "srt", "text/plain"],
    ["vtt", "vtt", "text/vtt"],
  ])("%s", async (format, own, type) => {
    const form = ["-F", `file=@${demoSample}`, "-F", `response_format=${format}`];
    const answer = await curl([...form, transcriptions()]);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(written[own]!);
    expect(answer.type).toStartWith(type);
  });
});

test.each(["json", "verbose_json"])("%s has the text that the others have", async (format) => {
  const form = ["-F", `file=@${demoSample}`, "-F", `response_format=${format}`];
  const { status, text, type } = await curl([...form, transcriptions()]);
  expect([status, type.split(";")[0]]).toEqual([200, "application/json"]);
  expect(`${JSON.parse(text).text}\n`).toBe(written["txt"]!);
});

describe("a recording arrives however curl sends it:", () => {
  const ways: [string, () => Promise<Answer>][] = [
    ["without a file name", () => curl(["-F", `file=<${demoSample}`, transcriptions()])],
    [
      "with an empty file name",
      () => curl(["-F", `file=@${demoSample};filename=`, transcriptions()]),
    ],
    [
      "with a name that misleads",
      () => curl(["-F", `file=@${demoSample};filename=../../a "b".mp3`, transcriptions()]),
    ],
    [
      "in chunks from standard input",
      () =>
        curl(
          ["-H", "Transfer-Encoding: chunked", "-F", "file=@-;filename=talk.wav", transcriptions()],
          Bun.file(demoSample),
        ),
    ],
    [
      "without waiting to be told to go on",
      () => curl(["-H", "Expect:", "-F", `file=@${demoSample}`, transcriptions()]),
    ],
    [
      "to the path without /v1",
      () => curl(["-F", `file=@${demoSample}`, `${server.url}/audio/transcriptions`]),
    ],
  ];
  test.each(ways)("%s", async (_, send) => {
    const { status, text } = await send();
    expect([status, text]).toEqual([200, expect.stringContaining("Turn on the light")]);
  });
});

test("programs that only ask whether somebody is there are answered", async () => {
  const { status, type } = await curl(["-I", "-o", "/dev/null", server.url]);
  expect([status, type.split(";")[0]]).toEqual([200, "text/html"]);
});

test("events come one by one, and the text is the joined deltas", async () => {
  const form = ["-N", "-F", `file=@${demoSample}`, "-F", "stream=true"];
  const { status, type, text } = await curl([...form, transcriptions()]);
  expect([status, type.split(";")[0]]).toEqual([200, "text/event-stream"]);
  const events = [...text.matchAll(/^event: (\S+)\ndata: (.*)\n\n/gm)];
  const data = events.map(([, name, json = ""]) => ({ name, ...JSON.parse(json) }));
  expect(data.every(({ name, type }) => name === type)).toBe(true);
  const deltas = data.filter(({ type }) => type === "transcript.text.delta");
  const done = data.filter(({ type }) => type === "transcript.text.done");
  expect(done).toHaveLength(1);
  expect(deltas.map(({ delta }) => delta).join("")).toBe(done[0].text);
  expect(text).toEndWith("\n\ndata: [DONE]\n\n");
});

describe("what is wrong is said with a status that is not 200:", () => {
  const wrong: [string, number, () => Promise<Answer>][] = [
    [
      "a body that is no form",
      415,
      () => curl(["-T", "-", "-X", "POST", transcriptions()], Bun.file(demoSample)),
    ],
    ["JSON", 415, () => curl(["--json", '{"model": "x"}', transcriptions()])],
    ["no file", 400, () => curl(["-F", "model=whisper-1", transcriptions()])],
    [
      "two files",
      400,
      () => curl(["-F", `file=@${demoSample}`, "-F", `file=@${demoSample}`, transcriptions()]),
    ],
    ["another method", 405, () => curl([transcriptions()])],
    ["another path", 404, () => curl([`${server.url}/v1/audio/speech`])],
    [
      "another name of the server",
      403,
      () => curl(["-H", "Host: example.com", `${server.url}/v1/models`]),
    ],
  ];
  test.each(wrong)("%s: %d", async (_, status, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    const { error } = JSON.parse(answer.text);
    expect(error).toEqual({
      message: expect.any(String),
      type: expect.stringMatching(/_error$/),
      param: error.param === null ? null : expect.any(String),
      code: error.code === null ? null : expect.any(String),
    });
    expect(error.message).not.toMatch(/\/tmp|\.ts:\d|node_modules/);
  });
});
