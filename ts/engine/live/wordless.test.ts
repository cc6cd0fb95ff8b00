import { expect, test } from "bun:test";
import { sampleRate } from "../../audio/samples/recording.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { speech } from "../../testing/goldens.ts";
import { hear, sourceOf } from "../../testing/live.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { scriptedEngine } from "../../testing/scripted-model.ts";

test("nothing is read of a stream whose words nobody can time", async () => {
  const { engine } = scriptedEngine(() => "language English<asr_text>One.");
  const { source: aligner } = scriptedPlace(undefined, { isHere: async () => false });
  let isRead = false;
  const open = async () => {
    const stream = await sourceOf(speech(sampleRate))();
    async function* blocks() {
      isRead = true;
      yield* stream.blocks;
    }
    return { ...stream, blocks: blocks() };
  };
  const call = () => hear(engine, open, { words: "auto" }, { aligner });
  const { reason } = await expectAsrError(call, "usage", "no alignment heads");
  expect([reason, isRead]).toEqual(["no words", false]);
});
