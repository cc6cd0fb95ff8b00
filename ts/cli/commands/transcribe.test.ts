import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import { schemaFaults } from "../../testing/json-schema.ts";
import { type Script, ScriptedRecognizer } from "../../testing/recognizer.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { transcribeWith } from "./transcribe.ts";

const schema: unknown = JSON.parse(
  readFileSync(join(import.meta.dir, "../../../docs/transcript.schema.json"), "utf8"),
);

// Notes depend on the model, which a developer may have set.
const modelBefore = process.env["BUN_ASR_MODEL"];
beforeAll(() => {
  delete process.env["BUN_ASR_MODEL"];
});
afterAll(() => {
  if (modelBefore !== undefined) process.env["BUN_ASR_MODEL"] = modelBefore;
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-command-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command over files that scripts stand for; names in `argv` may begin with `@/`. */
async function run(
  scripts: Record<string, Script>,
  argv: string[],
  { tty = false, recognizer = new ScriptedRecognizer(scripts) } = {},
) {
  for (const name of Object.keys(scripts)) {
    if (name !== "stream") writeFileSync(join(folder, name), "");
  }
  const args = argv.map((arg) => arg.replace(/^@\//, `${folder}/`));
  const { status, out, notes } = await outcomeOf(
    (terminal) => transcribeWith(async () => recognizer).run(args, terminal),
    { tty },
  );
  const shown = (text: string) => text.replaceAll(`${folder}/`, "@/");
  return { status, out: shown(out), notes: shown(notes), recognizer };
}

const files = () => readdirSync(join(folder, "out")).sort();
const read = (name: string) => readFileSync(join(folder, "out", name), "utf8");
const one = (text: string): Script => ({ chunks: [text] });

describe("results", () => {
  test("text of several inputs is headed, in their order", async () => {
    const scripts = { "b.wav": one("Second."), "a.wav": one("First.") };
    const { status, out, recognizer } = await run(scripts, ["@/a.wav", "@/b.wav"]);
    expect([status, out]).toEqual([0, "==> @/a.wav <==\nFirst.\n\n==> @/b.wav <==\nSecond.\n"]);
    expect(recognizer.closed).toBe(true);
  });

  test("what is to be known of a checkpoint is told once, and not with -q", async () => {
    const scripts = { "a.wav": one("First."), "b.wav": one("Second.") };
    const recognizer = new ScriptedRecognizer(scripts);
    recognizer.info = { quantizedModules: {}, notes: ["/m: a router: not used"] };
    const told = await run(scripts, ["@/a.wav", "@/b.wav"], { recognizer });
    expect(told.notes.split("note: /m: a router: not used\n").length).toBe(2);
    const quiet = await run(scripts, ["@/a.wav", "-q"], { recognizer });
    expect([quiet.status, quiet.notes]).toEqual([0, ""]);
  });

  test("files of all formats, and a line about each input", async () => {
    const argv = ["@/a.wav", "-o", "@/out", "-f", "all"];
    const { status, out, notes } = await run({ "a.wav": one("Hello.") }, argv);
    expect([status, out]).toEqual([0, ""]);
    expect(files()).toEqual("a.json a.jsonl a.lrc a.srt a.tsv a.txt a.vtt".split(" "));
    expect(read("a.txt")).toBe("Hello.\n");
    expect(notes).toMatch(/^@\/a\.wav: 0:10 in \S+ s, RTF \S+ → @\/out\/a\.txt, /);
  });

  test("--json is one line for each input, as the schema says", async () => {
    const broken = { chunks: ["Half.", new AsrError("input", "b.wav: ends early", "mend it")] };
    const scripts = { "a.wav": one("Whole."), "b.wav": broken };
    const argv = ["--json", "@/a.wav", "@/b.wav", "@/none.wav"];
    const { status, out } = await run(scripts, argv);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(status).toBe(1);
    expect(lines.map(({ path, ok }) => [path, ok])).toEqual([
      ["@/a.wav", true],
      ["@/b.wav", false],
      ["@/none.wav", false],
    ]);
    expect(schemaFaults(schema, "#/$defs/result", lines[0])).toEqual([]);
    for (const line of lines.slice(1)) {
      expect(schemaFaults(schema, "#/$defs/failure", line)).toEqual([]);
    }
    expect(lines[1].partial).toMatchObject({ text: "Half.", finishReason: "cancelled" });
  });

  test("control characters of a name are shown above its text", async () => {
    const { out } = await run({ "a\u009b2J.wav": one("A."), "b.wav": one("B.") }, [
      "@/a\u009b2J.wav",
      "@/b.wav",
    ]);
    expect(out).toContain("/a\\x9b2J.wav <==\nA.\n");
  });

  test("--follow reads a file as a live stream", async () => {
    writeFileSync(join(folder, "growing.wav"), "");
    const argv = ["--follow", "@/growing.wav"];
    const { status, out, recognizer } = await run({ stream: one("So far.") }, argv);
    expect([status, out, recognizer.options.live]).toEqual([0, "So far.\n", true]);
  });

  test("--stream prints sentences as they come, and what is provisional beside them", async () => {
    const scripts = { "a.wav": { chunks: ["It is. And", "so on. End", "it"] } };
    const { out, recognizer } = await run(scripts, ["--stream", "@/a.wav"]);
    expect(out).toBe("It is.\nAnd so on.\nEnd it\n");
    expect(recognizer.options.live).toBe(true);
    const { out: events } = await run(scripts, ["--stream", "--json", "@/a.wav"]);
    const types = events
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types.slice(0, 3)).toEqual(["partial", "delta", "final"]);
    expect(types.at(-1)).toBe("finish");
  });

  test("--stdin-pcm hands plain samples on", async () => {
    const argv = ["--stdin-pcm", "--rate", "8000", "--encoding", "f32le"];
    const { status, out } = await run({ stream: one("Samples.") }, argv);
    expect([status, out]).toEqual([0, "Samples.\n"]);
  });

  test("standard input is read as a whole unless --stream asks for more", async () => {
    // Not every format can be heard while it comes: an MP4 may begin with its samples.
    const { recognizer } = await run({ "-": one("Piped.") }, ["-"]);
    expect(recognizer.options.live).toBe(false);
  });

  test("flags reach the model", async () => {
    const list = join(folder, "words");
    writeFileSync(list, "Ada\nLinus:5\n\n");
    const argv = ["@/a.wav", "-l", "de", "--prompt", "names", "--hotword", "Grace:2"];
    const more = ["--hotwords-file", list, "--chunk_seconds", "12.5", "--vad", "--max-tokens=9"];
    const { recognizer } = await run({ "a.wav": one("x") }, [...argv, ...more]);
    const { signal: _, onProgress: __, ...settings } = recognizer.options;
    expect(settings).toEqual({
      language: "de",
      prompt: "names",
      keywords: [{ word: "Grace", weight: 2 }, { word: "Ada" }, { word: "Linus", weight: 5 }],
      chunkSeconds: 12.5,
      vad: true,
      maxTokens: 9,
      live: false,
    });
  });
});

describe("batches", () => {
  const batch = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`${index}.wav`, one(`Number ${index}.`)]),
  );

  test("short recordings are decoded together, and written in their order", async () => {
    const slowFirst = { ...batch, "0.wav": { ...batch["0.wav"]!, before: () => Bun.sleep(50) } };
    const argv = Object.keys(slowFirst).map((name) => `@/${name}`);
    const { out, recognizer } = await run(slowFirst, ["--batch", "4", ...argv]);
    expect(recognizer.maxAtOnce).toBe(4);
    const numbers = out.matchAll(/Number (\d+)/g);
    expect(Array.from(numbers, ([, number]) => Number(number))).toEqual([...argv.keys()]);
  });

  test("a long recording has the model for itself until its end is near", async () => {
    const long = { chunks: Array.from({ length: 9 }, () => "Long.") };
    const scripts = { "a.wav": long, "b.wav": one("Short.") };
    const starts: number[] = [];
    const before = async (chunk: number) => {
      await Bun.sleep(2);
      starts[chunk] = recognizer.started.length;
    };
    const recognizer: ScriptedRecognizer = new ScriptedRecognizer({
      ...scripts,
      "a.wav": { ...long, before },
    });
    await run(scripts, ["@/a.wav", "@/b.wav", "--batch", "2", "--chunk-seconds", "10"], {
      recognizer,
    });
    expect(starts.slice(0, 8)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(starts[8]).toBe(2);
  });

  test("one failure does not stop the rest, unless it shall", async () => {
    const scripts = { ...batch, "3.wav": { chunks: [new AsrError("input", "3.wav: is broken")] } };
    const argv = [folder, "-o", "@/out"];
    const { status, notes } = await run(scripts, argv);
    expect(status).toBe(1);
    expect(notes).toContain("error: 3.wav: is broken\n");
    expect(notes).toEndWith("19 ok, 1 failed\n");
    expect(files().length).toBe(19);
    const again = ["--fail-fast", "--overwrite", "--batch", "1", ...argv];
    const { notes: fast, recognizer } = await run(scripts, again);
    expect(fast).toEndWith("3 ok, 1 failed, 16 not finished\n");
    expect(recognizer.started.length).toBeLessThanOrEqual(5);
  });

  test("--skip-existing goes on where a batch stopped", async () => {
    mkdirSync(join(folder, "out"));
    for (const done of [0, 1, 2, 3, 4]) writeFileSync(join(folder, `out/${done}.txt`), "done");
    writeFileSync(join(folder, "out/5.txt"), "");
    const argv = [folder, "-o", "@/out", "--skip-existing"];
    const { status, notes, recognizer } = await run(batch, argv);
    expect([status, recognizer.started.length, files().length]).toEqual([0, 15, 20]);
    expect([read("0.txt"), read("5.txt")]).toEqual(["done", "Number 5.\n"]);
    expect(notes).toEndWith("15 ok, 5 skipped\n");
    const idle = await run(batch, argv);
    expect([idle.status, idle.notes]).toEqual([0, "0 ok, 20 skipped\n"]);
    expect(idle.recognizer.started).toEqual([]);
  });

  test("a file that was not there, and one that cannot be written", async () => {
    const scripts = { "a.wav": one("Text.") };
    const { status, notes } = await run(scripts, ["@/none.wav", "@/a.wav", "-o", "@/out"]);
    expect([status, files()]).toEqual([1, ["a.txt"]]);
    expect(notes).toContain("error: @/none.wav: no such file; check the path\n");
    const full = await run(scripts, ["@/a.wav", "--output", "/dev/full"]);
    expect(full.status).toBe(1);
    const kept = /the disk is full; it is kept as (\S+)\n/.exec(full.notes)?.[1];
    expect(readFileSync(kept!, "utf8")).toBe("Text.\n");
    rmSync(join(kept!, ".."), { recursive: true });
  });
});

describe("what is not whole is said", () => {
  test.each(["length", "loop", "short", "garbled"] as const)(
    "%s: a warning even with --quiet, status 1",
    async (why) => {
      const scripts = { "a.wav": { chunks: ["One.", "Two."], finishReason: why } };
      const { status, out, notes } = await run(scripts, ["--quiet", "@/a.wav"]);
      expect([status, out]).toEqual([1, "One. Two.\n"]);
      expect(notes).toMatch(
        /^warning: @\/a\.wav: text may be missing, .* in 0:00–0:10, 0:10–0:20; .*\n$/,
      );
    },
  );

  test("silence is a note", async () => {
    const { status, out, notes } = await run({ "a.wav": one("") }, ["@/a.wav"]);
    expect([status, out]).toEqual([0, "\n"]);
    expect(notes).toBe("note: @/a.wav: no speech was recognised\n");
  });

  test("what was finished before a failure is kept, under another name", async () => {
    const scripts = { "a.wav": { chunks: ["Half.", new AsrError("input", "a.wav: ends early")] } };
    const { status, notes } = await run(scripts, ["@/a.wav", "-o", "@/out", "-f", "srt,txt"]);
    expect(status).toBe(1);
    expect(files()).toEqual(["a.partial.srt", "a.partial.txt"]);
    expect(read("a.partial.txt")).toBe("Half.\n");
    expect(notes).toContain("warning: @/a.wav: not finished, the transcript ends at 0:10");
    expect(notes).toContain("error: a.wav: ends early");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s: what is finished is written, status %d", async (name, expected) => {
    const before = (chunk: number) => {
      if (chunk < 2) return undefined;
      queueMicrotask(() => process.emit(name, name));
      return Bun.sleep(60_000);
    };
    const scripts = {
      "a.wav": one("Whole."),
      "b.wav": { chunks: ["One.", "Two.", "Three."], before },
      "c.wav": one("Never."),
    };
    const argv = ["@/a.wav", "@/b.wav", "@/c.wav", "-o", "@/out", "--batch", "1"];
    const { status, notes } = await run(scripts, argv);
    expect(status).toBe(expected);
    expect(files()).toContain("a.txt");
    expect(read("b.partial.txt")).toBe("One. Two.\n");
    expect(existsSync(join(folder, "out/b.txt"))).toBe(false);
    expect(notes).not.toContain("error");
    expect(notes).toContain("not finished\n");
  });
});

describe("progress", () => {
  test("is rewritten in place, with position, rate and time left", async () => {
    const chunks = Array.from({ length: 9 }, (_, index) => `Part ${index}.`);
    const scripts = { "a.wav": { chunks, before: () => Bun.sleep(120) } };
    const { out, notes } = await run(scripts, ["@/a.wav"], { tty: true });
    expect(out).toBe(chunks.map((text) => `${text}\n`).join(""));
    const lines = notes.split("\r\x1b[K").filter((line) => line.includes("%"));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.length).toBeLessThanOrEqual(9);
    expect(lines).toContainEqual(
      expect.stringMatching(/^a\.wav {2}1:20 \/ 1:30 {3}88 % █+░+ {2}RTF \S+ {2}0:00 left$/),
    );
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThan(80);
  });

  test("is not shown elsewhere, nor when it is not wanted", async () => {
    const scripts = { "a.wav": { chunks: ["Hello."], before: () => Bun.sleep(600) } };
    expect((await run(scripts, ["@/a.wav"])).notes).toBe("");
    const never = ["@/a.wav", "--progress", "never"];
    expect((await run(scripts, never, { tty: true })).notes).toBe("");
  });
});
