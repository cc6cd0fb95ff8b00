import { describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { weightsHash } from "../../batch/weights.ts";
import { AsrError } from "../../contract/errors.ts";
import { demoModel, demoSample, modelFolder } from "../../native/locate.ts";
import { type Script, ScriptedRecognizer } from "../../testing/recognizer.ts";
import { RecordedTerminal } from "../../testing/recorded-terminal.ts";
import { argumentsOf } from "../flags/arguments.ts";
import { readFlags } from "../flags/flags.ts";
import { transcribeFlags } from "../flags/transcribe-flags.ts";
import { transcribeCommand } from "./transcribe.ts";
import { serveLines } from "./transcribe-worker.ts";

// Processes on a busy machine.
setDefaultTimeout(60_000);

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();

type Message = Readonly<Record<string, unknown>>;

function messagesIn(text: string): Message[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function argumentsFor(...flags: string[]) {
  const argv = ["--worker", "-m", "demo", ...flags];
  const { given, names } = readFlags(argv, transcribeFlags);
  return argumentsOf({ argv, flags: given, names });
}

async function* bytesOf(...lines: (object | string | Uint8Array)[]) {
  for (const line of lines) {
    const isDone = typeof line === "string" || line instanceof Uint8Array;
    yield Buffer.concat([Buffer.from(isDone ? line : JSON.stringify(line)), Buffer.from("\n")]);
  }
}

/** What a worker answers whose recordings have these scripts. */
async function answers(
  scripts: Readonly<Record<string, Script>>,
  lines: AsyncIterable<Uint8Array>,
  ...flags: string[]
) {
  const recognizer = new ScriptedRecognizer(scripts);
  const terminal = new RecordedTerminal();
  const load = async () => recognizer;
  const status = await serveLines(argumentsFor(...flags), terminal, load, lines);
  return { status, messages: messagesIn(terminal.written), recognizer };
}

describe("a worker", () => {
  test("is ready, answers each line, and goes on behind what is none", async () => {
    const { status, messages } = await answers(
      { "a.wav": { chunks: ["Hello."] }, "b.wav": { chunks: [new AsrError("input", "is empty")] } },
      bytesOf(
        { id: "1", audio: "a.wav" },
        { id: "2", audio: "b.wav" },
        { id: "3" },
        "{",
        { id: "4", audio: "a.wav", end_s: -1 },
        "",
        { id: "5", audio: "a.wav" },
      ),
    );
    expect(status).toBe(0);
    const [ready, ...rows] = messages;
    expect(ready).toMatchObject({ ready: 1, window: 16, model: "demo" });
    expect(ready!["weights"]).toMatch(/^[0-9a-f]{64}$/);
    const byId = new Map(rows.map((row) => [row["id"], row]));
    expect(rows.length).toBe(6);
    expect(byId.get("1")).toEqual({ id: "1", text: "Hello.", language: "English", duration_s: 10 });
    expect(byId.get("5")).toMatchObject({ text: "Hello." });
    expect(byId.get("2")).toEqual({ id: "2", error: { code: "input", message: "is empty" } });
    expect(byId.get("3")).toMatchObject({ error: { code: "input" } });
    expect(byId.get("4")).toMatchObject({ error: { code: "input" } });
    expect(byId.get(undefined)).toMatchObject({
      error: { message: expect.stringMatching(/^line 4/) },
    });
  });

  test("goes on behind bytes that are no text", async () => {
    const { status, messages } = await answers(
      { "a.wav": { chunks: ["Hello."] } },
      bytesOf({ id: "1", audio: "a.wav" }, new Uint8Array([0x7b, 0xff]), {
        id: "ä\u2028",
        audio: "a.wav",
      }),
    );
    expect([status, messages.length]).toEqual([0, 4]);
    expect(messages).toContainEqual({
      error: { code: "input", message: "line 2: is not UTF-8 text" },
    });
    expect(messages).toContainEqual(expect.objectContaining({ id: "ä\u2028", text: "Hello." }));
  });

  test("gives signs of an item whose chunks take long", async () => {
    // Each look at the clock is three seconds later.
    let clock = 0;
    const now = spyOn(performance, "now").mockImplementation(() => {
      clock += 3000;
      return clock;
    });
    try {
      const script = { "a.wav": { chunks: ["Hello."] } };
      const { messages } = await answers(script, bytesOf({ id: "1", audio: "a.wav" }));
      // One is that it has begun; the others are what is heard of its only chunk.
      const signs = messages.filter(({ progress }) => progress === 0);
      expect(signs.length).toBeGreaterThanOrEqual(2);
      expect(signs[0]).toEqual({ id: "1", progress: 0 });
      expect(messages.at(-1)).toMatchObject({ text: "Hello." });
    } finally {
      now.mockRestore();
    }
  });

  test("tells the hash of its model, and of the aligner that times its words", async () => {
    const model = modelFolder(demoModel);
    const aligner = join(import.meta.dir, "../../../models/goldens/aligner-small");
    const ready = async (...flags: string[]) => {
      const { messages } = await answers({}, bytesOf(), ...flags);
      return messages[0]!["weights"];
    };
    const flag = `--aligner=${aligner}`;
    const alone = await weightsHash(model);
    const both = await weightsHash(model, aligner);
    expect(alone).not.toBe(both);
    expect(await ready(flag)).toBe(alone);
    expect(await ready(flag, "--words=attention")).toBe(alone);
    expect(await ready(flag, "--words=aligner")).toBe(both);
    expect(await ready(flag, "--words")).toBe(both);
    expect(await ready("--aligner=/none/here", "--words")).toBe(alone);
  });

  test("has as many in flight as it says, and no more", async () => {
    const before = () => Bun.sleep(5);
    const lines = Array.from({ length: 30 }, (_, n) => ({ id: `${n}`, audio: "a.wav" }));
    const script = { "a.wav": { chunks: ["x"], before } };
    const { messages, recognizer } = await answers(script, bytesOf(...lines), "--batch=3");
    expect(messages[0]).toMatchObject({ window: 6 });
    expect(recognizer.maxAtOnce).toBe(6);
    expect(messages.length).toBe(31);
  });

  test("tells a fault that it cannot go on behind, and ends", async () => {
    const fault = new AsrError("native", "the library is gone");
    const { status, messages } = await answers(
      { "a.wav": { chunks: [fault] }, "b.wav": { chunks: ["x"], before: () => Bun.sleep(1e6) } },
      (async function* () {
        yield* bytesOf({ id: "1", audio: "b.wav" }, { id: "2", audio: "a.wav" });
        await Bun.sleep(1e6);
      })(),
    );
    expect(status).toBe(4);
    const error = { code: "native", message: "the library is gone" };
    expect(messages.slice(1)).toEqual([{ id: "2", error, fatal: true }]);
  });

  test("hands on the part and the language of an item, and tells what may be missing", async () => {
    const script: Script = { chunks: ["x"], finishReason: "loop" };
    const item = { id: "1", audio: "a.wav", language: "de", start_s: 1, end_s: 3 };
    const flags = ["--languages=en,fr", "--max-tokens=7"];
    const { messages, recognizer } = await answers({ "*": script }, bytesOf(item), ...flags);
    expect(messages[1]).toMatchObject({ truncated: true, finish_reason: "loop" });
    const { languages, ...options } = recognizer.options;
    expect(options).toMatchObject({ language: "de", start: 1, end: 3, maxTokens: 7 });
    expect(languages).toBeUndefined();
  });

  test("takes neither files nor flags for them", async () => {
    const wrong = [["a.wav"], ["--json"], ["-o", "x"], ["--stdin-pcm"], ["--start", "3"]];
    for (const flags of wrong) {
      const terminal = new RecordedTerminal();
      expect(await transcribeCommand.run(["--worker", ...flags], terminal)).toBe(2);
      expect(terminal.notes).toMatch(/^error: --worker takes no \S+; items are lines such as \{/);
    }
  });
});

test("as a process, its standard output is the protocol alone", async () => {
  const program = [process.execPath, `${import.meta.dir}/../main.ts`];
  const command = [...program, "transcribe", "--worker", "-m", "demo", "-f", "json"];
  const pipes = { stdin: "pipe", stdout: "pipe", stderr: "pipe" } as const;
  const child = Bun.spawn(command, pipes);
  const lines = ["sample", "none"].map((name) => {
    return `${JSON.stringify({ id: name, audio: demoSample.replace("sample", name) })}\n`;
  });
  child.stdin.write(lines.join(""));
  await child.stdin.end();
  const messages = messagesIn(await child.stdout.text());
  expect(await child.exited).toBe(0);
  expect(messages.length).toBe(3);
  expect(messages[0]).toMatchObject({ ready: 1 });
  const byId = new Map(messages.map((message) => [message["id"], message]));
  expect(byId.get("sample")).toMatchObject({ text: sampleText, duration_s: 5.147 });
  expect(byId.get("sample")!["segments"]).toHaveLength(2);
  expect(byId.get("none")).toMatchObject({ error: { code: "input" } });
});
