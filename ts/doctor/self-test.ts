import { readFileSync } from "node:fs";
import { Asr } from "../asr.ts";
import { demoModel, sampleFile } from "../native/locate.ts";
import type { SelfTest } from "./report.ts";

/** Has the demo model transcribe its sample, the way a script would. Throws AsrError. */
export async function selfTest(): Promise<SelfTest> {
  const sample = sampleFile();
  const expected = readFileSync(sample.replace(/\.wav$/, ".txt"), "utf8").trim();
  const begin = performance.now();
  await using asr = await Asr.load(demoModel);
  const loaded = performance.now();
  const { text, duration } = await asr.transcribe(sample);
  return {
    ok: text === expected,
    text,
    expected,
    loadSeconds: (loaded - begin) / 1000,
    seconds: (performance.now() - loaded) / 1000,
    audioSeconds: duration,
  };
}
