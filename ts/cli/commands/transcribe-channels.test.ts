import { expect, test } from "bun:test";
import type { StreamEvent } from "../../contract/events.ts";
import { demoSample } from "../../native/locate.ts";
import { ScriptedRecognizer } from "../../testing/recognizer.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { transcriptOf } from "../../testing/transcripts.ts";
import { transcribeWith } from "./transcribe.ts";

/** Hears a call of two turns in whatever it is given. */
class Call extends ScriptedRecognizer {
  override async *stream(): AsyncGenerator<StreamEvent> {
    const turns = [1, 2].map((channel) => ({
      ...{ start: channel, end: channel + 1, channel, language: "English" },
      ...{ text: `Words of\n${channel}.`, finishReason: "eos" as const },
    }));
    for (const turn of turns) yield { type: "final", ...turn };
    const chunks = turns.map((turn) => ({ ...turn, tokenTexts: [], speech: [] }));
    yield { type: "finish", transcript: transcriptOf(chunks) };
  }
}

test.each([true, false])("turns are labelled, on a terminal as they come: %p", async (tty) => {
  const argv = [demoSample, "--channel", "each", "-q"];
  const command = transcribeWith(async () => new Call({}));
  const { status, out } = await outcomeOf((terminal) => command.run(argv, terminal), { tty });
  expect([status, out]).toEqual([0, "Channel 1: Words of 1.\nChannel 2: Words of 2.\n"]);
});
