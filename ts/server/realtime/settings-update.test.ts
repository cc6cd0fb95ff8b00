import { describe, expect, test } from "bun:test";
import { defaultLimits } from "../service/settings.ts";
import { Fields } from "./fields.ts";
import { defaultSettings, type SessionSettings } from "./settings.ts";
import { updated } from "./settings-update.ts";

const context = { model: "demo", limits: defaultLimits };
const before = defaultSettings("demo");

function update(session: Record<string, unknown>, from = before): SessionSettings {
  return updated(from, new Fields(session, "session"), context);
}

function input(fields: Record<string, unknown>, from = before): SessionSettings {
  return update({ type: "transcription", audio: { input: fields } }, from);
}

describe("an update", () => {
  test("of nothing changes nothing", () => {
    expect(update({})).toEqual(before);
    expect(input({})).toEqual(before);
    expect(input({ format: null, unknown: 3 })).toEqual(before);
  });

  test.each([
    [{ type: "audio/pcm" }, { type: "audio/pcm", rate: 24_000 }],
    [
      { type: "audio/pcm", rate: 16_000 },
      { type: "audio/pcm", rate: 16_000 },
    ],
    [{ type: "audio/pcmu" }, { type: "audio/pcmu" }],
    [{ type: "audio/pcma", rate: 8000 }, { type: "audio/pcma" }],
  ] as const)("of the format, %j", (format, expected) => {
    expect(input({ format }).format).toEqual(expected);
  });

  test("of the transcription leaves what it does not name", () => {
    const first = input({
      transcription: { model: "gpt-transcribe", language: "de", keywords: ["Ada"], prompt: "p" },
    });
    expect(first.transcription).toEqual({
      model: "gpt-transcribe",
      language: "de",
      keywords: ["Ada"],
      prompt: "p",
    });
    const second = input({ transcription: { languages: ["de", "en"], prompt: "" } }, first);
    expect(second.transcription).toEqual({
      model: "gpt-transcribe",
      languages: ["de", "en"],
      keywords: ["Ada"],
    });
    const third = input({ transcription: { language: "en", keywords: null } }, second);
    expect(third.transcription).toEqual({ model: "gpt-transcribe", language: "en" });
    expect(input({ transcription: null }, third).transcription).toBeNull();
    expect(input({}, third).transcription).toEqual(third.transcription!);
  });

  test("of the turns", () => {
    const vad = { type: "server_vad", threshold: 0.8, create_response: true };
    const first = input({ turn_detection: { ...vad, idle_timeout_ms: 5000 } });
    expect(first.turnDetection).toEqual({
      type: "server_vad",
      threshold: 0.8,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
      idle_timeout_ms: 5000,
    });
    const second = input(
      { turn_detection: { silence_duration_ms: 200, idle_timeout_ms: null } },
      first,
    );
    expect(second.turnDetection).toEqual({
      type: "server_vad",
      threshold: 0.8,
      prefix_padding_ms: 300,
      silence_duration_ms: 200,
    });
    const third = input({ turn_detection: { type: "semantic_vad" } }, second);
    expect(third.turnDetection).toEqual({ type: "semantic_vad", eagerness: "auto" });
    expect(input({ turn_detection: null }, third).turnDetection).toBeNull();
  });

  test("of what is told besides the text", () => {
    const include = ["item.input_audio_transcription.logprobs"];
    const after = update({ include });
    expect(after.include as readonly string[]).toEqual(include);
    expect(update({}, after).include).toBe(after.include);
    expect(update({ include: null }, after).include).toEqual([]);
  });

  test("in the form that came before", () => {
    const after = update({
      input_audio_format: "g711_ulaw",
      input_audio_transcription: { model: "whisper-1", language: "en" },
      input_audio_noise_reduction: { type: "near_field" },
      turn_detection: { type: "server_vad", silence_duration_ms: 700 },
    });
    expect(after).toMatchObject({
      format: { type: "audio/pcmu" },
      transcription: { model: "whisper-1", language: "en" },
      turnDetection: { silence_duration_ms: 700 },
    });
    expect(update({ input_audio_format: "pcm16" }, after).format).toEqual(before.format);
    expect(update({ turn_detection: null }).turnDetection).toBeNull();
  });
});

describe("what cannot be had", () => {
  const long = "x".repeat(10_000);

  test.each([
    [{ type: "realtime" }, "type", "transcription"],
    [{ type: 3 }, "type", "expected a string, got a number"],
    [{ include: "logprobs" }, "include", "expected a list of strings"],
    [{ include: ["item.output"] }, "include", "item.input_audio_transcription.logprobs"],
    [{ audio: [] }, "audio", "expected an object"],
    [{ audio: { input: "pcm" } }, "audio.input", "expected an object, got a string"],
    [{ input_audio_format: "mp3" }, "input_audio_format", "pcm16"],
  ])("%j", (session, param, message) => {
    expect(() => update(session)).toThrow(message);
    expect(() => update(session)).toThrow(expect.objectContaining({ param: `session.${param}` }));
  });

  test.each([
    [{ format: { type: "audio/opus" } }, "format.type", '"audio/opus"'],
    [{ format: { type: "audio/pcm", rate: 44_100 } }, "format.rate", "24000, 16000, got 44100"],
    [{ noise_reduction: { type: "all" } }, "noise_reduction.type", "near_field"],
    [{ transcription: { language: "xx" } }, "transcription.language", "xx"],
    [{ transcription: { language: "de", languages: ["en"] } }, "transcription.language", "exclude"],
    [{ transcription: { languages: ["de", 3] } }, "transcription.languages", "list of strings"],
    [{ transcription: { prompt: long } }, "transcription.prompt", "8192"],
    [{ transcription: { keywords: [long] } }, "transcription.keywords", "64"],
    [{ transcription: { keywords: Array(101).fill("a") } }, "transcription.keywords", "100"],
    [{ transcription: { keywords: ["a:99"] } }, "transcription.keywords", "99"],
    [{ transcription: { delay: "none" } }, "transcription.delay", "minimal"],
    [{ transcription: { model: {} } }, "transcription.model", "a string, got an object"],
    [{ turn_detection: { type: "client_vad" } }, "turn_detection.type", "semantic_vad"],
    [{ turn_detection: { threshold: 2 } }, "turn_detection.threshold", "from 0 to 1, got 2"],
    [{ turn_detection: { threshold: "1" } }, "turn_detection.threshold", "a number"],
    [{ turn_detection: { silence_duration_ms: -1 } }, "turn_detection.silence_duration_ms", "-1"],
    [
      { turn_detection: { type: "semantic_vad", eagerness: "very" } },
      "turn_detection.eagerness",
      "low",
    ],
  ])("%j", (fields, param, message) => {
    expect(() => input(fields)).toThrow(message);
    const error = expect.objectContaining({ status: 400, param: `session.audio.input.${param}` });
    expect(() => input(fields)).toThrow(error);
  });

  test("is told without what is too long to be read", () => {
    try {
      input({ format: { type: long } });
    } catch (error) {
      expect(String(error).length).toBeLessThan(300);
    }
  });
});
