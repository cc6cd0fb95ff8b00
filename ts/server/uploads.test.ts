import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childrenOf } from "../../reliability/children.ts";
import { findFfmpeg } from "../audio/ffmpeg/program.ts";
import { isLeftBehind } from "../audio/files/temporary.ts";
import { demoSample } from "../native/locate.ts";
import { ServerProcess } from "../testing/server-process.ts";
import { until } from "../testing/until.ts";
import type { Problem } from "./http/problem.ts";

const isLinux = process.platform === "linux";
let folder = "";
let server: ServerProcess;
/** What becomes of a request for the canary's port. */
let calls = 0;
const canary = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => {
    calls++;
    return new Response();
  },
});

const start = () => ServerProcess.start(["--max-duration", "30s"], { TMPDIR: folder });
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-uploads-"));
  server = await start();
});
afterEach(async () => {
  await until(() => temporary().length === 0);
});
afterAll(async () => {
  await canary.stop(true);
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** The folders of uploads that are there. */
function temporary(): string[] {
  return readdirSync(folder).filter((name) => /^bun-asr-\w+-\d+-\w{6}$/.test(name));
}

interface Answer {
  status: number;
  body: Partial<Problem["body"]> & { text?: string };
  /** As it came. */
  text: string;
}

async function upload(content: string | Uint8Array<ArrayBuffer>, name = "talk"): Promise<Answer> {
  const form = new FormData();
  form.append("file", new File([content], name));
  const url = `${server.url}/v1/audio/transcriptions`;
  const answer = await fetch(url, { method: "POST", body: form });
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text), text };
}

/** A file that ffmpeg makes of what it makes up. */
async function made(extension: string, ...source: string[]): Promise<string> {
  const path = join(folder, `made-${source.join("")}`.replaceAll(/\W/g, "").concat(extension));
  const command = [await findFfmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", ...source, path];
  expect(await Bun.spawn(command).exited).toBe(0);
  return path;
}

/** In megabytes; `peak` is that since the last reset. */
function memory(which: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return (Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / 1e6;
}

function resetPeak(): void {
  writeFileSync(`/proc/${server.pid}/clear_refs`, "5");
}

describe("recordings that are longer than they are large", () => {
  const silence = "anullsrc=r=16000:cl=mono:d=600";
  test.each([
    ["silence in FLAC", ".flac", silence],
    ["silence in Opus", ".opus", silence],
    ["eight channels at 192 kHz", ".flac", "anullsrc=r=192000:cl=7.1:d=31"],
  ])("%s", async (_, extension, source) => {
    const path = await made(extension, source);
    if (isLinux) resetPeak();
    const before = isLinux ? memory("VmRSS") : 0;
    const { status, body } = await upload(await Bun.file(path).bytes(), "long.mp3");
    expect(status).toBe(413);
    const message = "long.mp3: is longer than 30 s, the longest that is allowed";
    expect(body.error).toMatchObject({ message, code: "audio_too_long", param: "file" });
    if (isLinux) expect(memory("VmHWM") - before).toBeLessThan(64);
    if (isLinux) await until(() => childrenOf(server.pid).length === 0, 1);
  });
});

test("a large upload leaves memory as it was", async () => {
  if (!isLinux) return;
  await upload(await Bun.file(demoSample).bytes());
  resetPeak();
  const before = memory("VmRSS");
  const { status, body } = await upload(new Uint8Array(64_000_000));
  expect(status).toBe(400);
  expect(body.error?.message).toStartWith("talk: ");
  expect(memory("VmHWM") - before).toBeLessThan(64);
});

describe("an upload that names other files and addresses is refused, which are let be:", () => {
  const secret = () => {
    const path = join(folder, "secret.txt");
    writeFileSync(path, "TOP SECRET\n".repeat(100));
    return path;
  };
  const targets = [() => secret(), () => `http://127.0.0.1:${canary.port}/x.mp3`];
  test.each<[string, (target: string) => string]>([
    ["hls", (target) => `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${target}\n`],
    ["concat", (target) => `ffconcat version 1.0\nfile '${target}'\n`],
    ["dash", (target) => `<?xml version="1.0"?><MPD><BaseURL>${target}</BaseURL></MPD>`],
    ["subfile", (target) => `subfile,,start,0,end,999,,:${target}`],
    ["svg", (target) => `<svg xmlns="http://www.w3.org/2000/svg"><image href="${target}"/></svg>`],
    ["an address alone", (target) => target],
  ])("%s", async (kind, payload) => {
    for (const target of targets.map((make) => make())) {
      for (const text of [payload(target), payload(target) + "\n".repeat(20) + "\0".repeat(600)]) {
        const answer = await upload(text, `list.${kind}`);
        expect(answer.status).toBe(400);
        expect(answer.text).not.toContain("TOP SECRET");
        expect(answer.text).not.toContain(folder);
      }
    }
    expect(calls).toBe(0);
  });

  test("names that are commands are nothing but names", async () => {
    const sample = await Bun.file(demoSample).bytes();
    const said = (await upload(sample)).body.text;
    for (const name of ["-i", "$(touch pwned).mp3", "a\nb", "concat:a|b", "../../x", "%03d.png"]) {
      expect((await upload(sample, name)).body.text).toBe(said);
    }
    expect(readdirSync(folder)).not.toContain("pwned");
  });
});

test.skipIf(!isLinux)("where no more files can be opened, clients are to come again", async () => {
  await using small = await ServerProcess.start([], { TMPDIR: folder }, { maxFiles: 40 });
  const compressed = await Bun.file(await made(".flac", "anoisesrc=d=1")).bytes();
  const sample = await Bun.file(demoSample).bytes();
  const ask = async (recording: Uint8Array<ArrayBuffer>) => {
    // A connection that is kept would be one that others wait for.
    const headers = { "content-type": "audio/x", connection: "close" };
    const init = { method: "POST", headers, body: recording };
    const response = await fetch(`${small.url}/v1/audio/transcriptions`, init);
    const text = await response.text();
    return { status: response.status, wait: response.headers.get("retry-after"), text };
  };
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, at) => ask(at % 2 === 0 ? compressed : sample)),
  );
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(answer).toEqual({ status: 503, wait: expect.any(String), text: expect.any(String) });
  }
  expect(refused.map(({ text }) => text).join("")).not.toContain(folder);
  expect(temporary()).toEqual([]);
  expect((await ask(sample)).status).toBe(200);
});

describe("a client that leaves", () => {
  const head = (length: number) =>
    "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: audio/flac\r\n" +
    `Content-Length: ${length}\r\n\r\n`;

  test.skipIf(!isLinux)("while its recording is decoded ends ffmpeg and its file", async () => {
    // It is within the limit, and takes seconds to decode.
    const path = await made(".flac", "anoisesrc=r=192000:d=28:a=0.01", "-ac", "8");
    const bytes = await Bun.file(path).bytes();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(head(bytes.length));
    socket.write(bytes);
    await until(() => childrenOf(server.pid).length > 0, 20);
    socket.destroy();
    const left = performance.now();
    await until(() => childrenOf(server.pid).length === 0 && temporary().length === 0, 20);
    expect(performance.now() - left).toBeLessThan(1000);
  });

  test("while it sends, when the server is killed: the next one removes what is left", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`${head(1_000_000)}fLaC`);
    await until(() => temporary().length > 0);
    await server.end("SIGKILL");
    socket.destroy();
    expect(temporary().filter(isLeftBehind)).toHaveLength(1);
    server = await start();
    expect(temporary()).toEqual([]);
  });
});
