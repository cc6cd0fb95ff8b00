import { afterEach, beforeEach, expect, test } from "bun:test";
import { openAudio } from "../../audio/open.ts";
import { AsrError } from "../../contract/errors.ts";
import { demoSample, modelFolder } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { demoSpeech, hear, sourceOf } from "../../testing/live.ts";
import { recordingOptions } from "../recording/options.ts";
import { transcribeRecording } from "../recording/transcribe.ts";
import { Engine } from "./engine.ts";

let engine: Engine;
let taken: Disposable | undefined;

beforeEach(async () => {
  engine = await Engine.open(modelFolder("demo"), { batch: 1 });
  taken = await engine.permit({ party: {} });
});

afterEach(() => {
  taken?.[Symbol.dispose]();
  engine[Symbol.dispose]();
});

test("a live stream does not wait for recordings that have all permits", async () => {
  const { said } = await hear(engine, sourceOf(await demoSpeech()));
  expect(said).toStartWith("Turn on the light in the kitchen.");
});

test("a recording that waits for a permit ends with its signal", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  setTimeout(() => abort.abort(new AsrError("aborted", "enough")), 20);
  const options = recordingOptions(engine, {});
  const ended = transcribeRecording(engine, () => openAudio(demoSample), options, { signal });
  await expectAsrError(() => ended, "aborted", "enough");
});
