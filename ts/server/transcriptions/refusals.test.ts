import { describe, expect, test } from "bun:test";
import { scriptedServer } from "../../testing/server.ts";
import { type FormFields, post, transcriptionForm } from "../../testing/transcription-request.ts";
import { Problem } from "../http/problem.ts";
import { transcriptions } from "./transcriptions.ts";
import { translations } from "./translations.ts";

/** A field or several, the status, the param, and words of the message. */
type Row = readonly [
  fields: FormFields,
  param: string | null,
  code: string | null,
  ...words: string[],
];

const one = (name: string, text: string): FormFields => [[name, text]];
const many = (name: string, texts: readonly string[]): FormFields =>
  texts.map((text) => [name, text]);

const value = "invalid_value";
const unsupported = "unsupported_value";
const granularities = "timestamp_granularities[]";
const formats = "json, text, srt, vtt, verbose_json, diarized_json";

const rows: readonly Row[] = [
  [one("response_format", "xml"), "response_format", value, '"xml"', formats],
  [one("response_format", "JSON"), "response_format", value, "did you mean json?"],
  [one("response_format", "verbose-json"), "response_format", value, "did you mean verbose_json?"],
  [one("response_format", "txt"), "response_format", value, formats],
  [one("response_format", "null"), "response_format", value, formats],
  [one("response_format", "x".repeat(10_000)), "response_format", value, "xxx…"],
  [one("temperature", "-1"), "temperature", value, '"-1"', "a number from 0 to 1"],
  [one("temperature", "1.1"), "temperature", value, "a number from 0 to 1"],
  [one("temperature", "NaN"), "temperature", value, "a number from 0 to 1"],
  [one("temperature", "Infinity"), "temperature", value, "a number from 0 to 1"],
  [one("temperature", "1e400"), "temperature", value, "a number from 0 to 1"],
  [one("temperature", "abc"), "temperature", value, '"abc"'],
  [one("temperature", "0,5"), "temperature", value, '"0,5"'],
  [one("temperature", "0x1"), "temperature", value, "a number from 0 to 1"],
  [one("temperature", "0.5 0.6"), "temperature", value, "a number from 0 to 1"],
  [one("temperature", "\u0000"), "temperature", value, "\\u0000"],
  [one("temperature", "٣"), "temperature", value, "a number from 0 to 1"],
  [one("language", "xx"), "language", value, "zh, en, yue"],
  [one("language", "jp"), "language", value, "did you mean ja, Japanese?"],
  [one("language", "Englisch"), "language", value, "did you mean English?"],
  [one("language", "uk"), "language", value, "does not know Ukrainian"],
  [one("language", "en,de"), "language", value, "more than one language"],
  [one("language", "\r\n<script>"), "language", value, "unknown language"],
  [one("language", "x".repeat(100_000)), "language", value, "xxx…"],
  [one("languages[]", "klingon"), "languages[]", value, '"klingon"'],
  [one("languages", "klingon"), "languages[]", value, '"klingon"'],
  [many("languages[]", ["en", "xx"]), "languages[]", value, '"xx"'],
  [one("languages[]", "auto"), "languages[]", value, "auto"],
  [one("languages[]", ",,"), "languages[]", value, "unknown language"],
  [
    [
      ["language", "en"],
      ["languages[]", "de"],
    ],
    "languages[]",
    value,
    "send one",
  ],
  [one("prompt", "x".repeat(1_000_000)), "prompt", "string_above_max_length", "1000000 bytes"],
  [one("prompt", "ä".repeat(4097)), "prompt", "string_above_max_length", "8194 bytes", "8192"],
  [many("keywords[]", Array(101).fill("a")), "keywords[]", "array_above_max_length", "101", "100"],
  [many("keywords", Array(900).fill("a")), "keywords[]", "array_above_max_length", "at most 100"],
  [many("keywords[]", Array(100_000).fill("a")), null, null, "more than 1000 parts"],
  [one("keywords[]", "x".repeat(65)), "keywords[]", "string_above_max_length", "65 characters"],
  [one("keywords[]", "…"), "keywords[]", value, "no letter and no digit"],
  [one("stream", "yes"), "stream", value, '"yes"', "true or false"],
  [one("stream", "2"), "stream", value, "true or false"],
  [one("stream", "null"), "stream", value, "true or false"],
  [one("stream", "[object Object]"), "stream", value, "true or false"],
  [one("max_words_per_cue", "3"), "max_words_per_cue", unsupported, "srt or vtt, not with json"],
  [one("highlight_words", "true"), "highlight_words", unsupported, "srt or vtt, not with json"],
  [one("highlight_words", "maybe"), "highlight_words", value, "true or false"],
  [one("max_words_per_cue", "2.5"), "max_words_per_cue", value, '"2.5"', "a whole number"],
  [one("max_words_per_cue", "0"), "max_words_per_cue", value, "a number from 1 to 1000"],
  [one("words", "yes"), "words", value, "auto, attention, aligner"],
  [one("words", "attentions"), "words", value, "did you mean attention?"],
  [one(granularities, "sentence"), granularities, value, "segment, word"],
  [one(granularities, "segments"), granularities, value, "did you mean segment?"],
  [many(granularities, ["segment", ["x"].join()]), granularities, value, '"x"'],
  ...["text", "srt", "vtt", "diarized_json"].map(
    (format): Row => [
      [
        ["response_format", format],
        [granularities, "segment"],
      ],
      granularities,
      unsupported,
      "json or verbose_json",
      format,
      ...(format === "text" ? [] : ["words=auto"]),
    ],
  ),
  ...["text", "srt", "vtt", "diarized_json"].map(
    (format): Row => [
      [
        ["response_format", format],
        ["include[]", "logprobs"],
      ],
      "include[]",
      unsupported,
      "json or verbose_json",
      format,
    ],
  ),
  [one("include[]", "logits"), "include[]", value, "expected logprobs"],
  [many("include", ["logprobs", "words"]), "include[]", value, '"words"'],
  ...["always", "{", "[]", "7", '"server_vad"', "null", `${"[".repeat(100_000)}`].map(
    (text): Row => [
      one("chunking_strategy", text),
      "chunking_strategy",
      value,
      "auto or an object",
    ],
  ),
  [one("chunking_strategy", '{"type":"vad"}'), "chunking_strategy.type", value, '"vad"'],
  [one("chunking_strategy", '{"threshold":0.4}'), "chunking_strategy.type", value, "server_vad"],
  [one("chunking_strategy[type]", "semantic_vad"), "chunking_strategy.type", value, "server_vad"],
  ...[
    ["silence_duration_ms", "199", "from 200 to 60000"],
    ["silence_duration_ms", "1e9", "from 200 to 60000"],
    ["silence_duration_ms", '"soon"', "from 200 to 60000"],
    ["silence_duration_ms", "{}", "from 200 to 60000"],
    ["threshold", "-0.1", "from 0 to 1"],
    ["threshold", "7", "from 0 to 1"],
    ["prefix_padding_ms", "-1", "from 0 to 60000"],
  ].map(
    ([key, text, words]): Row => [
      one("chunking_strategy", `{"type":"server_vad","${key}":${text}}`),
      `chunking_strategy.${key}`,
      value,
      words!,
    ],
  ),
];

describe(`${rows.length} requests that cannot be fulfilled`, () => {
  const server = scriptedServer([transcriptions]);
  const table = rows.map(([fields, param, code, ...words]) => {
    const name = fields.map(([field, text]) => `${field}=${text}`).join("&");
    return [JSON.stringify(name.slice(0, 60)), fields, param, code, words] as const;
  });

  test.each(table)("%s", async (_, fields, param, code, words) => {
    const response = await post(server.app, transcriptionForm(fields));
    expect(response.status).toBe(400);
    expect(response.headers.get("x-request-id")).toMatch(/^req_\w+$/);
    expect(response.headers.get("x-should-retry")).toBe("false");
    const { error, ...rest } = (await response.json()) as Problem["body"];
    expect(rest).toEqual({});
    const { message } = error;
    expect(error).toEqual({ message, type: "invalid_request_error", param, code });
    for (const word of words) expect(message).toContain(word);
    // Nobody reads more, and nothing of where the server keeps a recording is told.
    expect(message.length).toBeLessThan(400);
    expect(message).not.toMatch(/\/tmp|node_modules|\.ts\b|[\r\n\0]/);
    expect(server.recognizer.started).toEqual([]);
    expect(server.models.lent).toBe(0);
  });

  test("leave the server as it was", async () => {
    const response = await post(server.app, transcriptionForm([]));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ text: "hello world" });
  });
});

describe("what many clients send is taken:", () => {
  const server = scriptedServer([transcriptions]);

  const taken: [name: string, text: string][] = [
    ...["true", "True", "TRUE", "1", " true ", "false", "False", "0"].map(
      (text): [string, string] => ["stream", text],
    ),
    ...["0", "1", "0.0", ".5", "1.", "+0.2", "1e-1"].map((text): [string, string] => [
      "temperature",
      text,
    ]),
    ...["en", "EN", "en-US", "english", "Deutsch", "auto", "zh-Hant", "pt_BR"].map(
      (text): [string, string] => ["language", text],
    ),
    ["languages[]", "en, de"],
    ["prompt", "ä".repeat(4096)],
    ["keywords[]", "x".repeat(64)],
    ["chunking_strategy", "auto"],
    ["chunking_strategy", "{}"],
    ["chunking_strategy", '{"type": "server_vad", "threshold": null, "unknown": []}'],
    ["chunking_strategy[type]", "server_vad"],
    ["known_speaker_references[]", `data:audio/wav;base64,${"AAAA".repeat(1 << 20)}`],
    ["vad_filter", "true"],
    ["__proto__", "x"],
    ["constructor", "x"],
    ["", "a field without a name"],
  ];
  const table = taken.map(([name, text]) => [`${name}=${text.slice(0, 40)}`, name, text] as const);

  test.each(table)("%s", async (_, name, text) => {
    const response = await post(server.app, transcriptionForm([[name, text]]));
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining("hello world"),
    ]);
  });
});

test("a field that comes as one for each of its keys is put together", async () => {
  const server = scriptedServer([transcriptions]);
  const fields: FormFields = [
    ["chunking_strategy[type]", "server_vad"],
    ["chunking_strategy[silence_duration_ms]", "450"],
    ["chunking_strategy[threshold]", "0.4"],
  ];
  expect((await post(server.app, transcriptionForm(fields))).status).toBe(200);
  expect(server.recognizer.options).toMatchObject({ vad: true, pauseSeconds: 0.45 });
});

test("of a field that is given twice the last one counts", async () => {
  const server = scriptedServer([transcriptions]);
  const fields = many("response_format", ["srt", "xml", "text"]);
  const response = await post(server.app, transcriptionForm(fields));
  expect(await response.text()).toBe("hello world\n");
});

test("translations are refused, and where to go is said", async () => {
  const server = scriptedServer([transcriptions, translations]);
  const path = "/v1/audio/translations";
  const response = await post(server.app, transcriptionForm([]), { path });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: {
      message: expect.stringContaining("translates nothing; send the recording to"),
      code: "translation_not_supported",
    },
  });
});

test("who could not even wait for a model need not send the recording", async () => {
  const server = scriptedServer([transcriptions]);
  const headers = { "retry-after": "3" };
  server.models.refusal = new Problem(503, "come again later", { code: "queue_full", headers });
  let isRead = false;
  const pull = () => {
    isRead = true;
  };
  const request = new Request("http://127.0.0.1/v1/audio/transcriptions", {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: new ReadableStream({ pull }, { highWaterMark: 0 }),
  });
  const response = await server.app.fetch(request);
  expect([response?.status, response?.headers.get("retry-after"), isRead]).toEqual([
    503,
    "3",
    false,
  ]);
});
