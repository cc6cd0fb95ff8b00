import { describe, expect, test } from "bun:test";
import { openAudio } from "../../audio/open.ts";
import { sampleRate } from "../../audio/samples/recording.ts";
import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { demoModel, modelFolder } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { speech } from "../../testing/goldens.ts";
import {
  demoSpeech,
  type Heard,
  hear,
  sourceOf,
  withPauses,
  wordsTold,
} from "../../testing/live.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { endlessly, idsOf, type Script, scriptedEngine } from "../../testing/scripted-model.ts";
import { Engine } from "../decode/engine.ts";
import { recordingOptions } from "../recording/options.ts";
import { transcribeRecording } from "../recording/transcribe.ts";

const header = "language English<asr_text>";
const text = "One two three four, five six seven. Eight nine ten eleven twelve thirteen fourteen.";
const words = text.split(" ");

/** Two words a second. */
const script: Script = ({ seconds }) => header + words.slice(0, 2 * seconds).join(" ");

/** A token is heard every 0.4 s, and a little later each time when it is asked for. */
function drifting() {
  let calls = 0;
  return (token: number) => 0.3 * token + 0.002 * calls++;
}

const source = (seconds: number) => sourceOf(speech(seconds * sampleRate));

/** The text of the deltas before each event of words, and these words. */
function order({ events }: Heard): [string, string][] {
  let said = "";
  return events.flatMap((event: StreamEvent) => {
    if (event.type === "delta") said += event.text;
    return event.type === "words"
      ? [[said, event.words.map((word) => word.text).join(" ")] as [string, string]]
      : [];
  });
}

test("words of the demo are within 0.3 s of where they are offline", async () => {
  using demo = await Engine.open(modelFolder(demoModel));
  const sample = await demoSpeech();
  const spoken = withPauses([sample, sample, sample, sample], 1.5, 0.4, 3, 0.2);
  const settings = { words: "attention", language: "English" } as const;
  const open = () => openAudio({ samples: spoken, sampleRate });
  const whole = await transcribeRecording(demo, open, recordingOptions(demo, settings));
  const offline = whole.segments.flatMap((segment) => segment.words!);
  expect(offline.length).toBe(60);
  for (const stepSeconds of [0.5, 1, 2]) {
    const heard = await hear(demo, sourceOf(spoken), { ...settings, stepSeconds });
    const live = wordsTold(heard);
    expect(live.map(({ text }) => text)).toEqual(offline.map(({ text }) => text));
    const near = live.filter(({ start, end }, index) => {
      const other = offline[index]!;
      return Math.abs(start - other.start) <= 0.3 && Math.abs(end - other.end) <= 0.3;
    });
    expect(near.length).toBeGreaterThanOrEqual(0.9 * live.length);
    // Most were told while their segment was open.
    expect(order(heard).length).toBeGreaterThan(6);
  }
});

describe("words of a live stream", () => {
  test("are told as they settle, and stand so in the transcript", async () => {
    const { engine } = scriptedEngine(script, { hears: drifting() });
    const settings = { words: "attention", stepSeconds: 1 } as const;
    const heard = await hear(engine, source(7), settings);
    expect(heard.said).toBe(text);
    const told = order(heard);
    expect(told.length).toBeGreaterThan(3);
    expect(told.map(([, some]) => some).join(" ")).toBe(text);
    let all = "";
    for (const [said, some] of told) {
      all = `${all} ${some}`.trim();
      expect(said).toStartWith(all);
    }
    expect(wordsTold(heard).every(({ estimated }) => estimated)).toBe(true);
    expect(heard.transcript?.timings.wordsMs).toBeGreaterThan(0);
  });

  test("are the same as offline where the decoder hears the same", async () => {
    const hears = (token: number) => 0.12 * token;
    const { engine } = scriptedEngine(script, { hears });
    const [live, whole] = [1, 30].map((stepSeconds) =>
      hear(engine, source(7), { words: "attention", stepSeconds }),
    );
    const times = (heard: Heard) => wordsTold(heard).map(({ start, end }) => [start, end]);
    expect(times(await live!)).toEqual(times(await whole!));
  });

  test("are not told where nobody asks", async () => {
    const { engine } = scriptedEngine(script, { hears: drifting() });
    const { events, transcript } = await hear(engine, source(7), { stepSeconds: 1 });
    expect(events.some(({ type }) => type === "words")).toBe(false);
    expect(transcript?.segments[0]).not.toHaveProperty("words");
  });

  test("by the aligner come when a segment is finished", async () => {
    const { engine } = scriptedEngine(script, { hears: drifting() });
    const { source: aligner, model } = scriptedPlace();
    const settings = { words: "aligner", stepSeconds: 1 } as const;
    const heard = await hear(engine, source(7), settings, { aligner });
    expect(order(heard)).toEqual([[text, text]]);
    const types = heard.events.map(({ type }) => type);
    expect(types.slice(-6)).toEqual(["delta", "words", "final", "segment", "segment", "finish"]);
    expect(wordsTold(heard).some(({ estimated }) => estimated)).toBe(false);
    expect(model.questions).toHaveLength(1);
  });

  test("are by attention with auto, so that they come while somebody speaks", async () => {
    const { source: aligner, opened } = scriptedPlace();
    const { engine } = scriptedEngine(script, { hears: drifting() });
    const settings = { words: "auto", stepSeconds: 1 } as const;
    const heard = await hear(engine, source(7), settings, { aligner });
    expect([order(heard).length > 3, opened()]).toEqual([true, 0]);
    const without = scriptedEngine(script).engine;
    expect(order(await hear(without, source(7), settings, { aligner }))).toHaveLength(1);
  });

  test.each([undefined, "attention"] as const)(
    "stay with the text where the loop had begun before it was settled: %p",
    async (choice) => {
      const again: Script = () => header + "one two three four five six seven eight. ".repeat(5);
      const { engine } = scriptedEngine(again, { hears: (token) => 0.5 * token });
      const { said, transcript } = await hear(engine, source(10), {
        words: choice,
        stepSeconds: 1,
      });
      expect(transcript!.chunks[0]).toMatchObject({ finishReason: "loop" });
      expect(transcript!.text).toBe(said);
    },
  );

  test("stay where the segment is decoded anew, or loops", async () => {
    const looping: Script = (prompted) =>
      prompted.seconds < 7
        ? script(prompted)
        : (function* () {
            yield* idsOf(header + words.slice(0, 12).join(" "));
            yield* endlessly(" and so on");
          })();
    const { engine } = scriptedEngine(looping, { hears: drifting() });
    const settings = { words: "attention", stepSeconds: 1 } as const;
    const heard = await hear(engine, source(7), settings);
    expect(order(heard).length).toBeGreaterThan(2);
    expect(
      wordsTold(heard)
        .map((word) => word.text)
        .join(" "),
    ).toBe(heard.transcript!.text);
  });

  test("are kept of a stream that fails", async () => {
    const { engine } = scriptedEngine(script, { hears: drifting() });
    const failing = sourceOf(speech(6 * sampleRate), { failure: new Error("unplugged") });
    const heard: Heard = { events: [], said: "", transcript: undefined };
    const settings = { words: "attention", stepSeconds: 1 } as const;
    await hear(engine, failing, settings, { heard }).catch(() => undefined);
    expect(wordsTold(heard).length).toBeGreaterThan(3);
  });

  test("by an aligner that fails leave the text, which is told before", async () => {
    const { engine } = scriptedEngine(script, { hears: drifting() });
    const heard: Heard = { events: [], said: "", transcript: undefined };
    const { source: aligner } = scriptedPlace(() => {
      // The text did not wait for this.
      expect(heard.said).toBe(text);
      throw new AsrError("native", "no memory");
    });
    const call = () => hear(engine, source(7), { words: "aligner" }, { heard, aligner });
    const { partial } = await expectAsrError(call, "native", "no memory");
    expect([partial?.text, heard.said]).toEqual([text, text]);
  });
});
