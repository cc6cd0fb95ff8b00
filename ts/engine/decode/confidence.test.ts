import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAudio } from "../../audio/open.ts";
import { demoSample, modelFolder } from "../../native/locate.ts";
import { CheckpointFolders } from "../../testing/checkpoint.ts";
import { recordingOptions } from "../recording/options.ts";
import { transcribeRecording } from "../recording/transcribe.ts";
import { Engine } from "./engine.ts";
import { hintsOf } from "./hints.ts";

const folder = mkdtempSync(join(tmpdir(), "confidence-"));
afterAll(() => rmSync(folder, { recursive: true }));

function own(config: unknown): number {
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return hintsOf(folder).lowConfidence;
}

describe("the mark of low confidence", () => {
  test("is the checkpoint's own, else the usual one", () => {
    expect(own({ bun_asr: { low_confidence: -0.6 } })).toBe(-0.6);
    expect(own({ bun_asr: { chunk_seconds: 8 } })).toBe(-1);
    expect(own({})).toBe(-1);
  });

  test.each([0.5, "-1", null])("%p is refused with its file", (value) => {
    const message = `${join(folder, "config.json")}: bun_asr.low_confidence is not a logarithm`;
    expect(() => own({ bun_asr: { low_confidence: value } })).toThrow(message);
  });
});

test("segments of a recording are measured by the checkpoint's own mark", async () => {
  using folders = new CheckpointFolders();
  const demo = modelFolder("demo");
  const { bun_asr: hints, ...config } = JSON.parse(readFileSync(join(demo, "config.json"), "utf8"));
  const model = { "model.safetensors": readFileSync(join(demo, "model.safetensors")) };
  const strict = { ...config, bun_asr: { ...hints, low_confidence: 0 } };
  const strictest = folders.with({ ...model, "config.json": JSON.stringify(strict) }, demo);
  const marks: boolean[][] = [];
  for (const folder of [demo, strictest]) {
    using engine = await Engine.open(folder);
    const options = recordingOptions(engine, {});
    const { segments } = await transcribeRecording(engine, () => openAudio(demoSample), options);
    marks.push(segments.map((segment) => segment.lowConfidence));
  }
  expect(marks).toEqual([
    [false, false],
    [true, true],
  ]);
});
