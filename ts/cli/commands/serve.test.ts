import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findFfmpeg } from "../../audio/ffmpeg/program.ts";
import { demoSample } from "../../native/locate.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { ServerProcess } from "../../testing/server-process.ts";
import { until } from "../../testing/until.ts";
import { serveCommand } from "./serve.ts";

let folder = "";
/** A recording that ffmpeg decodes. */
let coded = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-serve-"));
  coded = join(folder, "sample.flac");
  Bun.spawnSync([await findFfmpeg(), "-loglevel", "error", "-i", demoSample, coded]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const serve = (...argv: string[]) =>
  outcomeOf((terminal) => serveCommand.run(["-m", "demo", ...argv], terminal));

/** An ffmpeg that begins to decode so many seconds after it was started, and tells that it was. */
async function slowFfmpeg(seconds: number) {
  const [path, mark] = [join(folder, `ffmpeg-${seconds}`), join(folder, `decodes-${seconds}`)];
  const script = `#!/usr/bin/env python3
import os, sys, time
if "pipe:1" in sys.argv:
    open("${mark}", "w").close()
    time.sleep(${seconds})
os.execv("${await findFfmpeg()}", sys.argv)
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return { env: { FFMPEG: path }, decodes: () => until(() => existsSync(mark), 30) };
}

async function upload({ url }: ServerProcess, path: string, key = ""): Promise<Response> {
  const body = new FormData();
  body.set("file", Bun.file(path), "secret-name.flac");
  body.set("prompt", "secret prompt");
  const headers: Record<string, string> = key === "" ? {} : { authorization: `Bearer ${key}` };
  return await fetch(`${url}/v1/audio/transcriptions`, { method: "POST", body, headers });
}

describe("a server in a process of its own", () => {
  test("prints one line, and ends with 0 when it is told to", async () => {
    await using server = await ServerProcess.start();
    expect(server.output).toMatch(/^bun-asr serves demo at http:\/\/127\.0\.0\.1:\d+\n$/);
    // Another one at the same port would get every other call.
    const port = new URL(server.url).port;
    const second = await serve("--port", port);
    expect(second).toEqual({
      status: 2,
      out: "",
      notes: `error: 127.0.0.1 port ${port} is in use; choose another port, or 0 for a free one\n`,
    });
    expect(await server.end("SIGTERM")).toBe(0);
    expect(server.output).toContain("\nending: ");
    expect(fetch(server.url)).rejects.toThrow();
  });

  test("tells of requests where that is asked for, and never what is in them", async () => {
    const keys = join(folder, "keys");
    writeFileSync(keys, "# two of them\nsecret-key-1\n\nsecret-key-2\n");
    const flags = ["-v", "--quiet", "--api-key-file", keys];
    await using server = await ServerProcess.start(flags, { BUN_ASR_API_KEY: "secret-key-3" });
    for (const number of [1, 2, 3]) {
      expect((await upload(server, coded, `secret-key-${number}`)).status).toBe(200);
    }
    expect((await upload(server, coded, "secret-key-4")).status).toBe(401);
    expect((await fetch(`${server.url}/?api_key=secret-key-1`)).status).toBe(200);
    await server.end();
    const lines = server.output.trimEnd().split("\n").slice(1);
    const line = /^\d{4}-\d\d-\d\dT[\d:.]+Z (\w+ \S+ \d+(?: \w+)?) \d+\.\d{3} s req_[0-9a-f]{32}$/;
    expect(lines.map((text) => line.exec(text)?.[1] ?? text)).toEqual([
      "POST /audio/transcriptions 200",
      "POST /audio/transcriptions 200",
      "POST /audio/transcriptions 200",
      "POST /audio/transcriptions 401 invalid_api_key",
      "GET / 200",
      expect.stringMatching(/ demo closed$/),
    ]);
    expect(server.output).not.toMatch(/secret|kitchen|Boston/);
  });

  test("finishes what is being decoded after Ctrl-C, which reaches all of its group", async () => {
    const { env, decodes } = await slowFfmpeg(0.5);
    await using server = await ServerProcess.start([], env, { detached: true });
    const asked = upload(server, coded);
    await decodes();
    process.kill(-server.pid, "SIGINT");
    const response = await asked;
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining("Turn on the light in the kitchen."),
    ]);
    expect(await server.ended).toBe(0);
  });

  test("ends at once when it is told again", async () => {
    const { env, decodes } = await slowFfmpeg(20);
    await using server = await ServerProcess.start([], env);
    const asked = upload(server, coded);
    await decodes();
    const before = performance.now();
    process.kill(server.pid, "SIGINT");
    await Bun.sleep(100);
    expect(await server.end("SIGTERM")).toBe(143);
    expect(performance.now() - before).toBeLessThan(2500);
    expect((await asked).status).toBe(503);
  });
});

describe("a wrong command line is one line and an exit status", () => {
  test.each<[number, string[], string]>([
    [2, ["--host", "0.0.0.0"], "--api-key-file"],
    [2, ["--port", "70000"], "--port 70000: expected a number from 0 to 65535"],
    [2, ["--api-key", ""], "the API key is empty"],
    [2, ["--api-key-file", "/none"], "/none: no such file"],
    [2, ["--api-key-file", "/dev/null"], "has no key in it"],
    [2, ["--allow-origin", "example.com"], '"example.com" is no origin'],
    [2, ["--allow-host", "a.example:80"], "without a port"],
    [2, ["--max-upload", "much"], "--max-upload much: expected a size; as in 25MB or 4GB"],
    [2, ["--max-duration", "-1"], "--max-duration"],
    [2, ["--keep-alive", "soon"], "--keep-alive soon: expected a time; as in 30s, 10m or 4h"],
    [2, ["--drain-delay", "long"], "--drain-delay long: expected a time"],
    [2, ["--memory-limit", "0"], "--memory-limit 0: expected a size"],
    [2, ["--wyoming", "70000"], "--wyoming 70000: expected a port, or HOST:PORT"],
    [2, ["--print-unit", "cron"], "choose from: systemd, launchd"],
    [2, ["--print-unit", "systemd", "--api-key", "secret"], "would write the API key into"],
    [2, ["--print-unit", "systemd", "--host", "0.0.0.0"], "0.0.0.0 can be reached from other"],
    [2, ["--print-unit", "systemd", "--allow-origin", "foo"], '"foo" is no origin'],
    [2, ["talk.mp3"], 'serve takes no "talk.mp3"'],
    [3, ["--port", "0", "--model", "/none"], "/none: no such model folder"],
  ])("%d for %p", async (status, argv, why) => {
    const outcome = await outcomeOf((terminal) => serveCommand.run(argv, terminal));
    expect([outcome.status, outcome.out]).toEqual([status, ""]);
    expect(outcome.notes).toStartWith("error: ");
    expect(outcome.notes).toContain(why);
    expect(outcome.notes).not.toContain("secret");
    expect(outcome.notes.trimEnd().split("\n").length).toBe(1);
  });
});

describe("before anything is fetched", () => {
  /** How a command line ends, and whether what it needs was fetched before. */
  async function prepared(argv: readonly string[]) {
    let isPrepared = false;
    const outcome = await outcomeOf((terminal) =>
      serveCommand.run(["-m", "demo", ...argv], terminal, async () => {
        isPrepared = true;
      }),
    );
    return { ...outcome, isPrepared };
  }

  test("an address that is taken is told, of HTTP and of Wyoming", async () => {
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const at = `127.0.0.1 port ${taken.port} is in use`;
    for (const flags of [
      ["--port", `${taken.port}`],
      ["-p", "0", "--wyoming", `${taken.port}`],
    ]) {
      const { status, notes, isPrepared } = await prepared(flags);
      expect([status, isPrepared]).toEqual([2, false]);
      expect(notes).toContain(at);
    }
    await taken.stop(true);
  });

  test("a key that is missing is told, and an address that is not of this machine", async () => {
    expect(await prepared(["--host", "0.0.0.0"])).toMatchObject({ status: 2, isPrepared: false });
    const elsewhere = await prepared(["--host", "192.0.2.1", "--without-key"]);
    expect(elsewhere).toMatchObject({ status: 2, isPrepared: false });
    expect(elsewhere.notes).toContain("cannot listen at 192.0.2.1 port 8765");
  });
});

describe("a unit", () => {
  const odd = () => join(folder, `a "b" & <c> 50% $HOME`);

  test("for systemd starts the same from anywhere", async () => {
    writeFileSync(odd(), "key");
    const flags = ["--print-unit", "systemd", "--api-key-file", odd(), "--wyoming", "--offline"];
    const { status, out } = await serve(...flags, "--drain-time", "1m", "--drain-delay=5s", "-v");
    expect(status).toBe(0);
    const quoted = odd().replaceAll('"', '\\"').replace("%", "%%").replace("$", "$$$$");
    const start = /^ExecStart="(\/.*)\/ts\/cli\/bun-asr" (.*)$/m.exec(out);
    expect(start?.[2]).toBe(
      `"serve" "--model=demo" "--wyoming=10300" "--api-key-file=${quoted}" "--offline" ` +
        '"--drain-time=1m" "--drain-delay=5s" "--verbose"',
    );
    expect(out).toContain(`Environment="BUN=${process.execPath}"\n`);
    const { out: aligned } = await serve("--print-unit", "systemd", "--aligner", "./aligner");
    expect(aligned).toContain(`"--aligner=${resolve("aligner")}"`);
    expect(out).toContain("KillMode=mixed\nTimeoutStopSec=75\n");
  });

  test("for launchd is a property list", async () => {
    writeFileSync(odd(), "key");
    const { status, out } = await serve("--print-unit", "launchd", "--api-key-file", odd());
    expect(status).toBe(0);
    const read = `import json, plistlib, sys
print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))`;
    const { stdout } = Bun.spawnSync(["python3", "-c", read], { stdin: Buffer.from(out) });
    const list = JSON.parse(stdout.toString());
    expect(list.ProgramArguments.slice(1)).toEqual([
      "serve",
      "--model=demo",
      `--api-key-file=${odd()}`,
    ]);
    expect(list).toMatchObject({ RunAtLoad: true, ExitTimeOut: 40, Label: "bun-asr" });
    expect(list.EnvironmentVariables.BUN).toBe(process.execPath);
  });
});
