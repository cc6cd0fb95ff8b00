import { languages } from "../../contract/language-names.ts";
import type { Health } from "../operation/health.ts";
import {
  boolean,
  count,
  listOf,
  named,
  number,
  object,
  oneOf,
  type Schema,
  text,
} from "./schema.ts";

const seconds = number("In seconds.", { minimum: 0 });

const finishReasons = ["eos", "length", "loop", "short", "garbled", "cancelled"];
const healthStates: readonly Health["status"][] = ["ready", "loading", "failed", "draining"];

const words = listOf(named("Word"), { description: "Where they are asked for." });
const logprobs = listOf(named("Logprob"), { description: "Where include[] asks for them." });

/** What answers are made of, by name. */
export const schemas: Readonly<Record<string, Schema>> = {
  Error: object({
    error: object({
      message: text("What is wrong, and what to do about it."),
      type: oneOf([
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "rate_limit_error",
        "server_error",
      ]),
      param: { type: ["string", "null"], description: "The field of the form that is wrong." },
      code: { type: ["string", "null"], description: "A word for programs." },
    }),
  }),
  Account: {
    description: "What OpenAI's shapes have no field for.",
    ...object(
      {
        model: text("The model that answered, whichever was asked for."),
        truncated: boolean("Whether text may be missing."),
        finish_reason: oneOf(
          finishReasons,
          "How writing ended; after all but eos text may be missing.",
        ),
      },
      {
        warnings: listOf(text(), { description: "What of the audio could not be heard." }),
        notes: listOf(text(), { description: "What was found and dealt with." }),
      },
    ),
  },
  TokenUsage: object({
    type: { const: "tokens" },
    input_tokens: count(),
    output_tokens: count(),
    total_tokens: count(),
    input_token_details: object({
      audio_tokens: count("Those that stand for sound."),
      text_tokens: count(),
    }),
  }),
  DurationUsage: object({ type: { const: "duration" }, seconds }),
  Segment: object({
    id: count(),
    seek: count("Where the chunk begins that the segment is of, in frames of 10 ms."),
    start: seconds,
    end: seconds,
    text: text(),
    tokens: listOf(count(), { description: "Always empty." }),
    temperature: number(),
    avg_logprob: number(),
    compression_ratio: number(),
    no_speech_prob: { const: 0, description: "Always 0: what is no speech has no segment." },
  }),
  Word: object(
    {
      word: text("With the punctuation that touches it."),
      start: seconds,
      end: seconds,
      probability: number("How sure the model was.", { minimum: 0, maximum: 1 }),
      estimated: boolean("Whether no aligner measured the times."),
    },
    { channel: { type: "integer", minimum: 1, description: "Where channels are told apart." } },
  ),
  DiarizedSegment: object(
    {
      type: { const: "transcript.text.segment" },
      id: text(),
      start: seconds,
      end: seconds,
      text: text(),
      speaker: text("A for the first channel, B for the second, and so on."),
    },
    { words },
  ),
  Logprob: object({
    token: text(),
    bytes: listOf({ type: "integer", minimum: 0, maximum: 255 }),
    logprob: number("Natural logarithm of the probability.", { maximum: 0 }),
  }),
  Language: object({ code: oneOf(Object.keys(languages)) }),
  Transcription: {
    description: "The answer for response_format json.",
    ...object(
      {
        text: text(),
        language: text("By its English name in lower case; empty where nothing is said."),
        duration: seconds,
        languages: listOf(named("Language")),
        usage: named("TokenUsage"),
        bun_asr: named("Account"),
      },
      {
        segments: listOf(named("Segment"), { description: "Where timestamps are asked for." }),
        words,
        logprobs,
      },
    ),
  },
  VerboseTranscription: {
    description: "The answer for response_format verbose_json.",
    ...object(
      {
        task: { const: "transcribe" },
        text: text(),
        language: text("By its English name in lower case; empty where nothing is said."),
        duration: seconds,
        languages: listOf(named("Language")),
        segments: listOf(named("Segment")),
        usage: named("DurationUsage"),
        bun_asr: named("Account"),
      },
      { words, logprobs },
    ),
  },
  Alignment: {
    description: "A text and when it was said, for json and verbose_json.",
    ...object(
      {
        text: text("The text that was given."),
        language: text("By its English name in lower case; empty where nothing is said."),
        duration: seconds,
        matched: number("Share of the text's words that were heard.", { minimum: 0, maximum: 1 }),
        unmatched: listOf(named("Unmatched")),
        languages: listOf(named("Language")),
        segments: listOf(named("Segment"), {
          description: "Lines, cues or sentences of the text.",
        }),
        words: listOf(named("Word")),
        usage: { anyOf: [named("TokenUsage"), named("DurationUsage")] },
        bun_asr: named("Account"),
      },
      { task: { const: "align" } },
    ),
  },
  Unmatched: {
    description: "A stretch of the text that was not heard, or of speech that is not in the text.",
    ...object(
      { kind: oneOf(["text", "speech"]), text: text(), start: seconds, end: seconds },
      { line: count("Of the text, from 1, where its lines were given.") },
    ),
  },
  DiarizedTranscription: {
    description: "The answer for response_format diarized_json: a speaker on each channel.",
    ...object({
      task: { const: "transcribe" },
      text: text(),
      duration: seconds,
      segments: listOf(named("DiarizedSegment")),
      usage: named("DurationUsage"),
      bun_asr: named("Account"),
    }),
  },
  TextDelta: {
    description: "An event: text that goes on where the last one ended, and will not change.",
    ...object({ type: { const: "transcript.text.delta" }, delta: text() }, { logprobs }),
  },
  TextSegment: {
    description: "An event: a segment; without diarized_json its speaker is empty.",
    ...object(
      {
        type: { const: "transcript.text.segment" },
        id: text(),
        start: seconds,
        end: seconds,
        text: text(),
        speaker: text(),
      },
      { segment: object({ id: count(), start: seconds, end: seconds, text: text() }), words },
    ),
  },
  TextDone: {
    description: "The last event but for the line `data: [DONE]`.",
    ...object(
      {
        type: { const: "transcript.text.done" },
        text: text("All deltas joined."),
        language: text(),
        duration: seconds,
        languages: listOf(named("Language")),
        usage: named("TokenUsage"),
        bun_asr: named("Account"),
      },
      { segments: listOf(named("Segment")), words, logprobs },
    ),
  },
  Model: object(
    { id: text(), object: { const: "model" }, created: count("In Unix time."), owned_by: text() },
    {
      alias_of: text("The model that answers, where this is another name for it."),
      languages: listOf(oneOf(Object.keys(languages)), {
        description: "Those that it knows, where the checkpoint told them.",
      }),
      aligner: text("The forced aligner that times its words, where the server was given one."),
    },
  ),
  ModelList: object({ object: { const: "list" }, data: listOf(named("Model")) }),
  Health: object({
    status: oneOf(healthStates, "Whether requests are welcome."),
    models: listOf(
      object({
        name: text(),
        state: oneOf(["idle", "loading", "loaded", "failed"]),
        running: count("Recordings that are being transcribed."),
        live: count("Live streams."),
      }),
    ),
    queue: object({ running: count(), waiting: count(), max_waiting: count() }),
    uptime_seconds: count(),
  }),
};
