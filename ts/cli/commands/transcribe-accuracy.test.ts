import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Script, ScriptedRecognizer } from "../../testing/recognizer.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { transcribeWith } from "./transcribe.ts";

// What is known of a model's bits before anything is heard.

describe("a language that four bits cost much", () => {
  const noted = async (bits: number[], ...argv: string[]) => {
    const script: Script = { chunks: ["네."] };
    const recognizer = new ScriptedRecognizer({ "sample.wav": script, "speech.wav": script });
    const quantizedModules = Object.fromEntries(bits.map((width) => [width, 7]));
    recognizer.info = { quantizedModules, notes: [] };
    const command = transcribeWith(async () => recognizer);
    const inputs = ["models/demo/sample.wav", "models/goldens/speech.wav"].map((path) =>
      join(import.meta.dir, "../../..", path),
    );
    const { status, notes } = await outcomeOf((terminal) =>
      command.run([...inputs, ...argv], terminal),
    );
    expect(status).toBe(0);
    return notes.split("\n").filter((line) => line.includes("4 bits"));
  };

  test("is noted once, with what was measured", async () => {
    const [note, ...others] = await noted([4], "-l", "ko");
    expect(others).toEqual([]);
    expect(note).toStartWith("note: the model has 4 bits throughout: the 0.6B had 19.95 % errors");
    expect(note).toContain("in Korean where 8 bits had 6.89 %");
  });

  test.each([["ja"], ["ar"], ["hi"], ["ru"], ["Japanese"]])("-l %s", async (language) => {
    expect(await noted([4], "-l", language)).toHaveLength(1);
  });

  test("one of several that may be detected", async () => {
    expect(await noted([4], "--languages", "en,ko")).toHaveLength(1);
  });

  test.each<[string, number[], string[]]>([
    ["with 8 bits", [8], ["-l", "ko"]],
    ["with 8 bits in the embedding", [4, 8], ["-l", "ko"]],
    ["of a float model", [], ["-l", "ko"]],
    ["when all shall be quiet", [4], ["-l", "ko", "-q"]],
    ["of a language that they cost little", [4], ["-l", "en"]],
    ["of one that nobody measured", [4], ["-l", "mk"]],
    ["when no language is named", [4], []],
  ])("nothing is noted %s", async (_, bits, argv) => {
    expect(await noted(bits, ...argv)).toEqual([]);
  });
});
