import { describe, expect, test } from "bun:test";
import { render } from "../../output/formats.ts";
import type { Script } from "../../testing/recognizer.ts";
import { errorOf, scriptedServer } from "../../testing/server.ts";
import {
  type FormFields,
  post,
  transcriptionForm,
  wireEvents,
} from "../../testing/transcription-request.ts";
import { channelsWav } from "../../testing/wav-writer.ts";
import { transcriptions } from "./transcriptions.ts";

const script: Script = { chunks: ["Is it on? Yes."] };
const granularity = "timestamp_granularities[]";

/** What each word has besides. */
const told = { probability: Math.exp(-0.1), estimated: true };

/** Sends a recording with these fields to a server that hears what the script says. */
async function sent(fields: FormFields, recording = new Uint8Array([1]), heard = script) {
  const server = scriptedServer([transcriptions], { script: heard, words: "attention" });
  return { server, response: await post(server.app, transcriptionForm(fields, recording)) };
}

async function answer(...given: Parameters<typeof sent>) {
  const { server, response } = await sent(...given);
  const body = await response.text();
  expect([response.status, body]).toEqual([200, body]);
  return { body, notes: response.headers.get("x-bun-asr-notes"), server };
}

const both: FormFields = [
  [granularity, "segment"],
  [granularity, "word"],
];

const words = [
  ["Is", 0.5, 2.75],
  ["it", 2.75, 5],
  ["on?", 5, 7.25],
  ["Yes.", 7.25, 9.5],
].map(([word, start, end]) => ({ ...{ word, start, end }, ...told }));

describe("words", () => {
  test.each<[string, FormFields, boolean]>([
    ["in json, alone", [[granularity, "word"]], false],
    ["in json, with segments", both, true],
    ["in json, by our own field", [["words", "auto"]], false],
    [
      "in verbose_json",
      [
        ["response_format", "verbose_json"],
        [granularity, "word"],
      ],
      true,
    ],
  ])("%s", async (_, fields, hasSegments) => {
    const { body } = await answer(fields);
    const { words: all, segments, bun_asr: account } = JSON.parse(body);
    expect(all).toEqual(words);
    expect(segments?.length).toBe(hasSegments ? 2 : undefined);
    expect(account).not.toHaveProperty("notes");
  });

  test("of silence are none", async () => {
    const silent = { chunks: [""], more: { language: "", segments: [] } };
    const { body } = await answer([[granularity, "word"]], undefined, silent);
    expect(JSON.parse(body)).toMatchObject({ text: "", words: [] });
  });

  test("are not there where nobody asks for them", async () => {
    for (const fields of [[], [[granularity, "segment"]]] as FormFields[]) {
      const { body, server } = await answer(fields);
      expect(JSON.parse(body)).not.toHaveProperty("words");
      expect(server.recognizer.options.words).toBeUndefined();
    }
  });

  test("come from where the client says, or else whoever runs the server", async () => {
    const source = async (fields: FormFields) =>
      (await answer(fields)).server.recognizer.options.words;
    expect(await source([[granularity, "word"]])).toBe("attention");
    for (const asked of ["auto", "attention", "aligner"]) {
      expect(await source([["words", asked]])).toBe(asked as "auto");
    }
  });

  test("make the cues of subtitles, as on the command line", async () => {
    for (const format of ["srt", "vtt"] as const) {
      const { body, server } = await answer([
        ["response_format", format],
        ["words", "auto"],
      ]);
      const [{ transcript } = {}] = server.metrics.transcripts;
      expect(transcript!.segments[0]!.words).toHaveLength(3);
      expect(body).toBe(render(format, transcript!, { path: "talk.wav" }));
    }
  });

  test("make cues of few words, or words that are lit, where that is asked for", async () => {
    const cues = async (field: string, value: string, format = "srt") => {
      const { body, server } = await answer([
        ["response_format", format],
        [field, value],
      ]);
      expect(server.recognizer.options.words).toBe("attention");
      return body;
    };
    const times = (srt: string) => srt.match(/-->/g)?.length;
    expect(times(await cues("max_words_per_cue", "1"))).toBe(4);
    expect(times(await cues("max_words_per_cue", "2", "vtt"))).toBeLessThan(4);
    expect(await cues("highlight_words", "true", "vtt")).toContain("<u>it</u>");
  });

  test("have no room in text, which says so and costs nothing", async () => {
    const fields: FormFields = [
      ["response_format", "text"],
      ["words", "auto"],
    ];
    const { body, notes, server } = await answer(fields);
    expect([body, notes]).toEqual([
      "Is it on? Yes.\n",
      "text has no room for words: words is ignored",
    ]);
    expect(server.recognizer.options.words).toBeUndefined();
  });

  test.each(["json", "text", "verbose_json"])(
    "come in events with the segment that they are of, and at last all: %s",
    async (format) => {
      const { body } = await answer([
        ["response_format", format],
        ["stream", "true"],
        ["words", "auto"],
      ]);
      const events = wireEvents(body).map(({ name, data }) => ({ name, ...Object(data) }));
      const segments = events.filter(({ name }) => name === "transcript.text.segment");
      expect(segments.map((segment) => segment.words)).toEqual([words.slice(0, 3), words.slice(3)]);
      expect(events.at(-2)).toMatchObject({ type: "transcript.text.done", words });
    },
  );

  test("say who speaks them where speakers are told apart", async () => {
    const [one, two] = [new Float32Array(16_000).fill(0.1), new Float32Array(16_000)];
    two.set(one.subarray(8000), 4000);
    const { body } = await answer(
      [
        ["response_format", "diarized_json"],
        ["words", "auto"],
      ],
      new Uint8Array(channelsWav(one, two)),
      { chunks: ["Hello.", "Yes."], channels: 2 },
    );
    const { segments, words: all } = JSON.parse(body);
    expect(segments).toMatchObject([
      { speaker: "A", words: [{ word: "Hello.", start: 0.5, end: 9.5, channel: 1, ...told }] },
      { speaker: "B", words: [{ word: "Yes.", start: 10.5, end: 19.5, channel: 2, ...told }] },
    ]);
    expect(all).toBeUndefined();
  });
});

describe("words of which nobody can tell the times", () => {
  const wordless = { ...script, wordless: "/srv/aligner is not on this machine" };
  const why = "words have no times here: aligner is not on this machine";

  test.each<[string, FormFields]>([
    ["word alone", [[granularity, "word"]]],
    ["our own field", [...both, ["words", "auto"]]],
    [
      "subtitles",
      [
        ["response_format", "srt"],
        ["max_words_per_cue", "3"],
      ],
    ],
    [
      "events",
      [
        ["stream", "true"],
        [granularity, "word"],
      ],
    ],
  ])("are an error, before anything is heard: %s", async (_, fields) => {
    const { response, server } = await sent(fields, undefined, wordless);
    expect(response.status).toBe(400);
    const error = { code: "words_not_supported", param: "words", type: "invalid_request_error" };
    expect(await errorOf(response)).toMatchObject(error);
    expect(server.metrics.transcripts).toEqual([]);
    expect(server.models.lent).toBe(0);
  });

  test("are left out, with a note, where segments were asked for, too", async () => {
    const { body } = await answer(both, undefined, wordless);
    const { segments, bun_asr: account, ...rest } = JSON.parse(body);
    expect(segments).toHaveLength(2);
    expect(account.notes).toEqual([why]);
    expect(rest).not.toHaveProperty("words");
    const streamed = await answer([...both, ["stream", "true"]], undefined, wordless);
    const { data } = wireEvents(streamed.body).at(-2)!;
    expect(data).toMatchObject({ type: "transcript.text.done", bun_asr: { notes: [why] } });
    expect(data).not.toHaveProperty("words");
  });
});
