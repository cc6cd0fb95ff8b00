import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveCommand } from "../ts/cli/commands/serve.ts";
import { outcomeOf } from "../ts/testing/recorded-terminal.ts";
import { root } from "./folders.ts";

const deploy = join(root, "deploy");

test("the unit of systemd starts a server, and waits for its end", async () => {
  const unit = readFileSync(join(deploy, "bun-asr@.service"), "utf8");
  const [, words = ""] = /^ExecStart=\/usr\/bin\/env bun-asr serve (.*) \$SERVE_FLAGS$/m.exec(
    unit,
  )!;
  const flags = words.replace("%i", "8766").split(" ");
  const argv = ["-m", "demo", "--print-unit", "systemd", ...flags];
  const { status, out } = await outcomeOf((terminal) => serveCommand.run(argv, terminal));
  expect(status).toBe(0);
  const settings = (text: string) => text.match(/^(?:KillMode|Timeout|Restart|NoNew|UMask).*$/gm);
  expect(settings(unit)).toEqual(settings(out));
  expect(flags).toContain("--drain-delay=5s");
});

describe("a rolling restart", () => {
  let folder = "";
  /** Says which port it was given, and has that server tell of an end and be ready again. */
  let command = "";
  const events: string[] = [];
  const servers = new Map<number, { isReady: boolean }>();
  const doors: Bun.Server<undefined>[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bun-asr-rolling-"));
    for (let index = 0; index < 3; index++) {
      const state = { isReady: true };
      const door = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: () => new Response("", { status: state.isReady ? 200 : 503 }),
      });
      doors.push(door);
      servers.set(door.port!, state);
    }
    const control = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const port = Number(new URL(request.url).pathname.slice(1));
        const others = [...servers].filter(([other]) => other !== port);
        events.push(`${port} ${others.every(([, { isReady }]) => isReady)}`);
        const state = servers.get(port)!;
        state.isReady = false;
        setTimeout(() => {
          state.isReady = true;
        }, 100);
        return new Response();
      },
    });
    doors.push(control);
    command = join(folder, "restart");
    writeFileSync(command, `#!/bin/sh\nexec curl -fsS "http://127.0.0.1:${control.port}/$1"\n`);
    chmodSync(command, 0o755);
  });
  afterAll(async () => {
    await Promise.all(doors.map((door) => door.stop(true)));
    rmSync(folder, { recursive: true });
  });

  async function run(...ports: (number | string)[]) {
    const script = [join(deploy, "rolling-restart.sh"), ...ports.map(String)];
    const env = { ...process.env, RESTART: command, WAIT: "5", SEEN: "0" };
    const child = Bun.spawn(script, { env, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
    const notes = await child.stderr.text();
    return { status: await child.exited, notes };
  }

  test("takes one after the other, when all others are ready", async () => {
    const ports = [...servers.keys()];
    const { status, notes } = await run(...ports);
    expect([status, notes]).toEqual([
      0,
      `${ports.map((port) => `restarting ${port}\n`).join("")}all are restarted\n`,
    ]);
    expect(events).toEqual(ports.map((port) => `${port} true`));
  }, 20_000);

  test("stops where a server is down that should do the work", async () => {
    const [first, , last] = [...servers.keys()];
    servers.get(last!)!.isReady = false;
    const { status, notes } = await run(first!, last!);
    expect([status, notes]).toEqual([
      1,
      `error: the server at port ${last} is not ready; nothing more was restarted\n`,
    ]);
  }, 20_000);

  test.each([
    [[], "name the ports of the servers"],
    [["8766", "x"], "x is no port"],
  ])("is refused for %p", async (ports, why) => {
    const { status, notes } = await run(...ports);
    expect(status).toBe(1);
    expect(notes).toContain(why);
  });
});
