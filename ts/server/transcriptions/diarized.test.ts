import { describe, expect, test } from "bun:test";
import { speech } from "../../testing/goldens.ts";
import { errorOf, scriptedServer } from "../../testing/server.ts";
import {
  type FormFields,
  post,
  transcriptionForm,
  wireEvents,
} from "../../testing/transcription-request.ts";
import { channelsWav, pcm16Wav } from "../../testing/wav-writer.ts";
import { speakerOf } from "./diarized.ts";
import { transcriptions } from "./transcriptions.ts";

const talk = speech(20 * 16_000);
const [one, two] = [talk.slice(0, 10 * 16_000), talk.slice(10 * 16_000)];
const call = channelsWav(one, two);

/** Two parties in turn. */
const script = { chunks: ["Hello. Who is there?", "It is me.", "Oh."], channels: 2 };

async function answer(recording: Uint8Array<ArrayBuffer>, fields: FormFields = []) {
  const server = scriptedServer([transcriptions], { script });
  const form = transcriptionForm([["response_format", "diarized_json"], ...fields], recording);
  const response = await post(server.app, form);
  return { server, response };
}

const spoken = [
  [0, 0.5, 3.5, "Hello.", "A"],
  [1, 3.5, 9.5, "Who is there?", "A"],
  [2, 10.5, 19.5, "It is me.", "B"],
  [3, 20.5, 29.5, "Oh.", "A"],
].map(([id, start, end, text, speaker]) => {
  const type = "transcript.text.segment";
  return { type, id: `seg_${id}`, start, end, text, speaker };
});
const text = "Hello. Who is there?\nIt is me.\nOh.";

describe("diarized_json of a recording with a party on each channel", () => {
  test("says who speaks", async () => {
    const { server, response } = await answer(call);
    expect(await response.json()).toEqual({
      task: "transcribe",
      duration: 30,
      text,
      segments: spoken,
      usage: { type: "duration", seconds: 30 },
      bun_asr: { model: "demo", truncated: false, finish_reason: "eos" },
    });
    expect(server.recognizer.options.channel).toBe("each");
  });

  test("says so in events, too", async () => {
    const { response } = await answer(call, [["stream", "true"]]);
    const told = wireEvents(await response.text());
    const segments = told.filter(({ name }) => name === "transcript.text.segment");
    expect(segments.map(({ data }) => data)).toEqual(spoken);
    const deltas = told.flatMap(({ data }) => (Object(data).delta as string | undefined) ?? []);
    expect(deltas.join("")).toBe(text);
    expect(told.at(-2)!.data).toMatchObject({ type: "transcript.text.done", text });
  });
});

describe("diarized_json is refused", () => {
  test.each([
    ["of one channel", pcm16Wav(one), "has one channel"],
    ["of one voice on two channels", channelsWav(one, one), "has 2 channels that say the same"],
  ])("%s", async (_, recording, why) => {
    for (const stream of ["false", "true"]) {
      const { server, response } = await answer(Uint8Array.from(recording), [["stream", stream]]);
      expect(response.status).toBe(400);
      const { message, ...error } = await errorOf(response);
      expect(message).toBe(
        `talk.wav: ${why}, and diarized_json tells speakers apart by their channels; ` +
          "ask for json or verbose_json",
      );
      expect(error).toMatchObject({ param: "response_format", code: "unsupported_value" });
      expect(server.recognizer.started).toEqual([]);
      expect(server.models.lent).toBe(0);
    }
  });

  test("of what is no recording, as in other formats", async () => {
    const { response } = await answer(Uint8Array.from(Buffer.from("no sound at all")));
    expect(response.status).toBe(400);
    const { message, code } = await errorOf(response);
    expect(message).toStartWith("talk.wav: ");
    expect(code).toBe("invalid_audio");
  });
});

test("speakers have letters, however many there are", () => {
  expect([1, 2, 26, 27, 52, 53, 702, 703].map(speakerOf)).toEqual([
    "A",
    "B",
    "Z",
    "AA",
    "AZ",
    "BA",
    "ZZ",
    "AAA",
  ]);
});
