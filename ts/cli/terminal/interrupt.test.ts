import { describe, expect, spyOn, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../tools/folders.ts";
import { speech } from "../../testing/goldens.ts";
import { pcm16Wav } from "../../testing/wav-writer.ts";
import { Interrupt } from "./interrupt.ts";

test("the first signal asks to end, the second one ends", () => {
  const exit = spyOn(process, "exit").mockImplementation(() => undefined as never);
  try {
    using interrupt = new Interrupt();
    expect([interrupt.status, interrupt.signal.aborted]).toEqual([undefined, false]);
    process.emit("SIGTERM", "SIGTERM");
    expect([interrupt.status, interrupt.signal.aborted]).toEqual([143, true]);
    expect(exit).not.toHaveBeenCalled();
    process.emit("SIGINT", "SIGINT");
    expect(exit).toHaveBeenCalledWith(130);
  } finally {
    exit.mockRestore();
  }
});

test("a signal that comes twice at once is one", async () => {
  const exit = spyOn(process, "exit").mockImplementation(() => undefined as never);
  try {
    using interrupt = new Interrupt();
    for (let i = 0; i < 2; i++) process.emit("SIGINT", "SIGINT");
    expect([interrupt.status, interrupt.signal.aborted]).toEqual([130, true]);
    expect(exit).not.toHaveBeenCalled();
    await Bun.sleep(600);
    process.emit("SIGINT", "SIGINT");
    expect(exit).toHaveBeenCalledWith(130);
  } finally {
    exit.mockRestore();
  }
});

test("the reason tells what is left behind", () => {
  using interrupt = new Interrupt(undefined, "nothing was written");
  interrupt.abort();
  expect(interrupt.signal.reason.oneLine).toBe("interrupted; nothing was written");
});

test("the first signal can mean that there is no more to come", async () => {
  let stopped = 0;
  using interrupt = new Interrupt(() => stopped++);
  process.emit("SIGINT", "SIGINT");
  expect([stopped, interrupt.status, interrupt.signal.aborted]).toEqual([1, undefined, false]);
  await Bun.sleep(600);
  process.emit("SIGINT", "SIGINT");
  expect([stopped, interrupt.status, interrupt.signal.aborted]).toEqual([1, 130, true]);
});

test("afterwards signals are again what they were", () => {
  const before = process.listenerCount("SIGINT");
  {
    using _ = new Interrupt();
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
  }
  expect(process.listenerCount("SIGINT")).toBe(before);
});

describe("a terminal that is closed", () => {
  const script = `
    import { Interrupt } from "./interrupt.ts";
    using interrupt = new Interrupt();
    setTimeout(() => {}, 200);
    process.kill(process.pid, "SIGHUP");
    await Bun.sleep(100);
    console.log(interrupt.signal.aborted, interrupt.status);`;
  const run = (before: string) => {
    const command = ["sh", "-c", `${before}; exec "$0" -e "$1"`, process.execPath, script];
    return Bun.spawnSync(command, { cwd: import.meta.dir }).stdout.toString();
  };

  test("asks to end", () => {
    if (process.platform === "linux") expect(run(":")).toBe("true 129\n");
  });

  test("changes nothing with nohup", () => {
    expect(run("trap '' HUP")).toBe("false undefined\n");
  });
});

test("Ctrl-C through bun run keeps what is finished", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-interrupt-"));
  try {
    const long = join(folder, "long.wav");
    writeFileSync(long, pcm16Wav(speech(16_000 * 1200)));
    const child = spawn(
      process.execPath,
      ["run", "transcribe", "--model", "demo", "--progress", "always", "-o", folder, long],
      // A group of its own, as a terminal's jobs have: the key reaches all of it.
      { cwd: root, detached: true, stdio: ["ignore", "ignore", "pipe"] },
    );
    let [notes, isSent] = ["", false];
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    for await (const part of child.stderr) {
      notes += part;
      if (isSent || !/ [1-9]\d? %/.test(notes)) continue;
      process.kill(-child.pid!, "SIGINT");
      isSent = true;
    }
    await ended;
    expect(notes).toContain("long.partial.txt");
    expect(readdirSync(folder)).toContain("long.partial.txt");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
