import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { serveCommand } from "./serve.ts";

let folder = "";
let keys = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-haproxy-"));
  keys = join(folder, "it's # 'secret'");
  writeFileSync(keys, "key\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const serve = (...argv: string[]) =>
  outcomeOf((terminal) => serveCommand.run(["-m", "0.6b", ...argv], terminal));

/** The configuration that is printed. */
async function printed(...argv: string[]): Promise<string> {
  const { status, out, notes } = await serve("--print-haproxy", ...argv);
  expect([status, notes]).toEqual([0, ""]);
  return out;
}

/** The lines of a part, as `backend live` begins it, without what stands before them. */
function part(config: string, head: string): string[] {
  const [, body = ""] = config.split(`\n${head}\n`);
  const [own = ""] = body.split("\n\n");
  return own.split("\n").map((line) => line.trim());
}

const serversOf = (config: string, head: string) =>
  part(config, head).filter((line) => line.startsWith("server "));

describe("a configuration of HAProxy", () => {
  test("for three servers is the one that lies in deploy/", async () => {
    const path = join(import.meta.dir, "../../../deploy/haproxy.cfg");
    expect(await printed("3")).toBe(readFileSync(path, "utf8"));
  });

  test("listens where a server would, before servers at the ports after it", async () => {
    const config = await printed("2", "--port", "9000", "--wyoming");
    expect(part(config, "frontend clients")).toContain("bind 127.0.0.1:9000");
    expect(serversOf(config, "backend recordings")).toEqual([
      "server replica1 127.0.0.1:9001",
      "server replica2 127.0.0.1:9002",
    ]);
    for (const head of ["backend live", "backend other"]) {
      expect(serversOf(config, head)).toEqual([
        "server replica1 127.0.0.1:9001 track recordings/replica1",
        "server replica2 127.0.0.1:9002 track recordings/replica2",
      ]);
    }
    expect(part(config, "listen wyoming")).toContain("bind 127.0.0.1:10300");
    expect(serversOf(config, "listen wyoming")).toEqual([
      "server replica1 127.0.0.1:10301 track recordings/replica1",
      "server replica2 127.0.0.1:10302 track recordings/replica2",
    ]);
    expect(config).toContain("replica2: bun-asr serve --port=9002 --wyoming=127.0.0.1:10302");
  });

  test("gives a server as many recordings as it has places, and bounds uploads", async () => {
    const flags = ["--batch", "3", "-m", "1.7b", "--max-upload", "25MB"];
    const config = await printed("1", ...flags);
    expect(part(config, "backend recordings")).toContain("default-server maxconn 6");
    expect(part(config, "backend live")).toContain("default-server maxconn 64");
    expect(config).toContain("{ req.hdr_val(content-length) gt 25000000 }");
    expect(config).not.toContain("wyoming");
    const start = "bun-asr serve --port=8766 --drain-delay=5s --model=0.6b --model=1.7b";
    expect(config).toContain(`${start} --batch=3 --max-upload=25MB\n`);
  });

  test("names servers on other machines, which listen for others and have a key", async () => {
    const hosts = ["--replica-host", "127.0.0.2", "--replica-host", "[fe80::1]"];
    const config = await printed("2", "--host", "0.0.0.0", "--api-key-file", keys, ...hosts);
    expect(part(config, "frontend clients")).toContain("bind 0.0.0.0:8765");
    expect(serversOf(config, "backend recordings")).toEqual([
      "server replica1 127.0.0.2:8766",
      "server replica2 127.0.0.2:8767",
      "server replica3 [fe80::1]:8766",
      "server replica4 [fe80::1]:8767",
    ]);
    const path = `'--api-key-file=${keys.replaceAll("'", "'\\''")}'`;
    const start = "bun-asr serve --host=:: --port=8766 --drain-delay=5s --model=0.6b";
    expect(config).toContain(`replica3: on fe80::1: ${start} ${path}\n`);
    expect(config).not.toMatch(/^key$/m);
  });

  test
    .skipIf(Bun.which("haproxy") === null)
    .each([
      ["3"],
      [["1", "--host", "::", "--without-key", "--wyoming", "[::1]:10300"]],
      [["100", "--batch", "64", "--queue", "0", "--max-upload", "5TB"]],
      [["2", "--replica-host", "localhost", "--replica-host", "127.0.0.2"]],
    ])("is one that HAProxy takes: %p", async (argv) => {
    const path = join(folder, "haproxy.cfg");
    const named = ["--api-key-file", keys, "--cache-dir", "a # 'b' \"c\" %[rand]"];
    writeFileSync(path, await printed(...argv, ...named));
    const { exitCode, stdout, stderr } = Bun.spawnSync(["haproxy", "-c", "-f", path]);
    expect([exitCode, `${stdout}${stderr}`.trim()]).toEqual([0, "Configuration file is valid"]);
  });
});

describe("no configuration", () => {
  test.each<[string[], string]>([
    [["0"], "--print-haproxy 0: expected a number from 1 to 100"],
    [["two"], "--print-haproxy two"],
    [["2", "--port", "0"], "--print-haproxy: 0 is no port"],
    [["2", "--port", "65534"], "65536 is no port"],
    [["2", "--wyoming", "65535"], "65536 is no port"],
    [["3", "--wyoming", "8767"], "port 8767 would be used twice"],
    [["10", "--port", "8400"], "port 8405 would be used twice"],
    [["2", "--host", "0.0.0.0"], "0.0.0.0 can be reached from other machines"],
    [["2", "--replica-host", "asr1.lan"], "asr1.lan can be reached from other machines"],
    [["2", "--replica-host", "asr1:8765"], "asr1:8765: is no name of a host"],
    [["2", "--replica-host", "a b"], "a b: is no name of a host"],
    [["2", "--replica-host", "::1", "--replica-host", "[::1]"], "[::1] is there twice"],
    [["2", "--api-key", "secret"], "would write the API key into"],
    [["2", "--print-unit", "systemd"], "--print-unit and --print-haproxy: give one of them"],
    [["2", "--cache-dir", "a\n  server evil 192.0.2.1:80"], "cannot be printed in a line"],
    [["2", "talk.mp3"], 'serve takes no "talk.mp3"'],
  ])("for %p", async (argv, why) => {
    const { status, out, notes } = await serve("--print-haproxy", ...argv);
    expect([status, out]).toEqual([2, ""]);
    expect(notes).toContain(why);
    expect(notes).not.toContain("secret");
  });

  test("where --replica-host stands alone", async () => {
    const { status, notes } = await serve("--port", "0", "--replica-host", "asr1");
    expect([status, notes]).toEqual([2, "error: --replica-host is for --print-haproxy\n"]);
  });
});
