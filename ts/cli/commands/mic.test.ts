import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AudioInput, isPcmStream } from "../../audio/input.ts";
import type { System } from "../../audio/microphone/recorders.ts";
import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { StreamOptions } from "../../contract/options.ts";
import { ScriptedRecognizer } from "../../testing/recognizer.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import type { Recognizer } from "../files/run.ts";
import { micWith } from "./mic.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-mic-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Programs that pretend to be ALSA's. */
function system(script: string): System {
  const path = mkdtempSync(join(folder, "path-"));
  writeFileSync(join(path, "arecord"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, "arecord"), 0o755);
  return { platform: "linux", path };
}

/** Reads what comes before it says what a script has. */
class Listener extends ScriptedRecognizer implements Recognizer {
  received = "";

  override async *stream(input: AudioInput, options: StreamOptions): AsyncGenerator<StreamEvent> {
    if (!isPcmStream(input)) throw new AsrError("input", "not a microphone");
    for await (const part of input.stream) {
      this.received += new TextDecoder().decode(part);
      // The user has said enough.
      process.emit("SIGINT", "SIGINT");
    }
    yield* super.stream(input, options);
  }
}

async function run(argv: string[], script: string) {
  const listener = new Listener({ stream: { chunks: ["Turn on", "the light."] } });
  const command = micWith(async () => listener, system(script));
  const outcome = await outcomeOf((terminal) => command.run(argv, terminal));
  return { ...outcome, received: listener.received };
}

const endless = "echo $*; exec sleep 60";

test("an interrupt ends the recording, not the transcription", async () => {
  const { status, out, notes, received } = await run(["--device", "plughw:1,0"], endless);
  expect([status, out]).toEqual([0, "Turn on the light.\n"]);
  expect(notes).not.toContain("error");
  expect(received).toContain("-D plughw:1,0");
});

test("events are lines of JSON", async () => {
  const { out } = await run(["--json", "-q"], endless);
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.map(({ path }) => path)).toContain("microphone");
  expect(events.at(-1).type).toBe("finish");
});

test("devices are listed", async () => {
  const line = "card 1: PCH [HDA Intel], device 0: ALC [ALC257 Analog]";
  const { status, out } = await run(["--list-devices"], `echo '${line}'`);
  expect([status, out]).toEqual([0, "plughw:1,0\tHDA Intel, ALC257 Analog\n"]);
});

test.each([
  [2, ["a.wav"], "no other input"],
  [2, ["--stdin-pcm"], "mic takes no --stdin-pcm; use"],
  [2, ["--follow"], "mic takes no --follow"],
  [2, ["--device"], "needs an ID"],
  [2, ["--devise", "x"], "unknown flag"],
  [1, [], "no such card"],
])("%d for %p", async (status, argv, why) => {
  const outcome = await run(argv, "echo no such card >&2; exit 1");
  expect([outcome.status, outcome.out]).toEqual([status, ""]);
  expect(outcome.notes).toContain(why);
});

test("there is help", async () => {
  const { status, out } = await run(["--help"], "exit 1");
  expect(out).not.toMatch(/--(?:recursive|follow|rate|skip-existing|fail-fast|stream)\b/);
  expect(out).toContain("--step-seconds");
  expect([status, out.startsWith("usage: ./bunw run mic")]).toEqual([0, true]);
});
