import { describe, expect, test } from "bun:test";
import { openAudio } from "../audio/open.ts";
import { sampleRate } from "../audio/samples/recording.ts";
import { speech } from "../testing/goldens.ts";
import { hear, sourceOf } from "../testing/live.ts";
import { scriptedEngine } from "../testing/scripted-model.ts";
import { recordingOptions } from "./recording/options.ts";
import { transcribeRecording } from "./recording/transcribe.ts";

const header = "language English<asr_text>";

/** Somebody speaking for 3 s with a peak of so many dB. */
function peaking(level: number): Float32Array<ArrayBuffer> {
  const samples = speech(3 * sampleRate);
  const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
  return samples.map((sample) => (sample / peak) * 10 ** (level / 20));
}

async function notesOf(samples: Float32Array<ArrayBuffer>, text = "") {
  const { engine } = scriptedEngine(() => header + text);
  const open = () => openAudio({ samples, sampleRate });
  const options = recordingOptions(engine, {});
  const { notes, truncated } = await transcribeRecording(engine, open, options);
  expect(truncated).toBe(false);
  return notes;
}

describe("a recording in which nothing was recognised", () => {
  test.each([-45.6, -63.2, -80, -120])("is said to be quiet at %d dB", async (level) => {
    const [note, ...more] = (await notesOf(peaking(level)))!;
    expect(more).toEqual([]);
    expect(note).toContain(`its peak is ${level.toFixed(1)} dB of full scale`);
    expect(note).toContain(`volume=${Math.round(-3 - level)}dB`);
  });

  test("has no such note where it is loud enough, or where something was recognised", async () => {
    expect(await notesOf(peaking(-20))).toBeUndefined();
    expect(await notesOf(peaking(-60), "Hello.")).toBeUndefined();
  });

  test("may have no sound at all", async () => {
    expect(await notesOf(new Float32Array(sampleRate))).toEqual([
      "every sample is 0: nothing was recorded",
    ]);
  });

  test("is noted of a live stream, too", async () => {
    const { engine } = scriptedEngine(() => header);
    const { transcript } = await hear(engine, sourceOf(peaking(-60)));
    expect(transcript?.notes?.join()).toContain("its peak is -60.0 dB");
  });
});
