import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lowConfidenceOf } from "./confidence.ts";

const folder = mkdtempSync(join(tmpdir(), "confidence-"));
afterAll(() => rmSync(folder, { recursive: true }));

function own(config: unknown): number {
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return lowConfidenceOf(folder);
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
