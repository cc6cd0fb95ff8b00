import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallOptions, Progress } from "../../contract/options.ts";
import { demoSample } from "../../native/locate.ts";
import { ScriptedRecognizer } from "../../testing/recognizer.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { transcriptOf } from "../../testing/transcripts.ts";
import { alignWith } from "./align.ts";
import { transcribeWith } from "./transcribe.ts";

/** Tells that an aligner is fetched and opened. */
function fetchAligner({ onProgress }: CallOptions): void {
  const told: Progress[] = [0, 500_000, 1_000_000].map((done) => {
    return { phase: "download", done, total: 1_000_000, file: "model.safetensors" };
  });
  for (const progress of told) onProgress?.(progress);
  onProgress?.({ phase: "load", done: 0, total: undefined });
  onProgress?.({ phase: "download", done: 0, total: 22e6, file: "nagisa 0.2.11" });
}

class Recognizer extends ScriptedRecognizer {
  override async *stream(...given: Parameters<ScriptedRecognizer["stream"]>) {
    fetchAligner(given[1]);
    yield* super.stream(...given);
  }
}

const recognizer = new Recognizer({ "*": { chunks: ["One.", "Two."] } });
const alignment = { ...transcriptOf([]), matched: 1, unmatched: [] };

const commands = {
  transcribe: transcribeWith(async () => recognizer),
  align: alignWith(async () => ({
    align: async (_input, _text, options) => {
      fetchAligner(options);
      return alignment;
    },
    [Symbol.asyncDispose]: async () => {},
  })),
};

test.each(["transcribe", "align"] as const)("%s tells of the aligner's download", async (name) => {
  const text = name === "align" ? ["--text", demoSample.replace(".wav", ".txt")] : [];
  const argv = [demoSample, ...text, "--words", "aligner", "--aligner", "aligner-8bit"];
  const outcome = outcomeOf((terminal) => commands[name].run(argv, terminal));
  const { status, notes } = await outcome;
  expect(notes).toContain("downloading aligner-8bit: 1.00 MB\n");
  expect(notes).toContain("50 % 500 kB of 1.00 MB");
  expect(notes).toContain("downloaded aligner-8bit: ");
  expect(notes).toContain("downloading nagisa 0.2.11: 22.0 MB\n");
  expect(status).toBe(0);
});

test("where words are in time is told where no output has them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-words-"));
  try {
    const notesOf = async (...argv: string[]) =>
      (await outcomeOf((terminal) => commands.transcribe.run([demoSample, ...argv], terminal)))
        .notes;
    const note =
      "note: text alone has no times of words; -f json, jsonl, tsv, vtt and lrc have them\n";
    const out = ["-o", join(folder, "out"), "--overwrite"];
    expect(await notesOf("--words")).toContain(note);
    expect(await notesOf("--words", ...out, "-f", "txt")).toContain(note);
    for (const argv of [["-q"], ["-f", "tsv"], ["--json"], [...out, "-f", "txt,srt"]]) {
      expect(await notesOf("--words", ...argv)).not.toContain(note);
    }
    expect(await notesOf()).not.toContain(note);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
