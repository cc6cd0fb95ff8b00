import { alignmentFormats } from "../alignments/request.ts";
import { type Limits, wordSources } from "../service/settings.ts";
import { responseFormats } from "../transcriptions/formats.ts";
import { boolean, listOf, number, object, oneOf, type Schema, text } from "./schema.ts";

/** What is known beforehand of what is said, and who is to hear it. */
function expectations(limits: Limits): Readonly<Record<string, Schema>> {
  return {
    model: text("A name of GET /v1/models. Other names are answered by the first model."),
    language: text("Code or name of the language that is spoken. Default: it is detected."),
    "languages[]": listOf(text(), {
      description: "Codes or names: the model detects one of these. Not together with language.",
    }),
    prompt: {
      ...text(`What to expect: names, terms, the topic; ${limits.maxPromptBytes} bytes of UTF-8.`),
      maxLength: limits.maxPromptBytes,
    },
    "keywords[]": listOf(
      { type: "string", maxLength: limits.maxKeywordLength },
      { maxItems: limits.maxKeywords, description: "Words to listen for." },
    ),
  };
}

/** Of subtitles that are made by the times of words. */
const cueFields = {
  max_words_per_cue: {
    type: "integer",
    minimum: 1,
    maximum: 1000,
    description: "The most words at a time, in srt and vtt.",
  },
  highlight_words: boolean("Whether each word is underlined while it is said, in srt and vtt."),
};

/** The fields of a transcription's form besides its recording. */
function formFields(limits: Limits): Readonly<Record<string, Schema>> {
  return {
    ...expectations(limits),
    response_format: { ...oneOf(responseFormats), default: "json" },
    stream: boolean("Whether the answer comes as server-sent events. Not for srt and vtt."),
    temperature: number("0 takes the likeliest token, above 0 samples.", {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
    "timestamp_granularities[]": listOf(oneOf(["segment", "word"]), {
      description: "segment puts segments into json, too; word puts words into both kinds of JSON.",
    }),
    words: oneOf(
      wordSources,
      "Gives words their times, in every format but text: from the decoder's attention, by the " +
        "aligner, or by whichever can. Default: as the server was told, where words are wanted.",
    ),
    ...cueFields,
    "include[]": listOf(oneOf(["logprobs"]), { description: "For json and verbose_json." }),
    chunking_strategy: {
      description: "Ends chunks at pauses, and leaves the silence out.",
      anyOf: [
        { const: "auto" },
        object(
          { type: { const: "server_vad" } },
          {
            silence_duration_ms: numberOrNull("How long such a pause is.", 200, 60_000),
            prefix_padding_ms: numberOrNull("Changes nothing.", 0, 60_000),
            threshold: numberOrNull("Changes nothing.", 0, 1),
          },
        ),
      ],
    },
  };
}

/** The whole form of an alignment. */
export function alignmentSchema(limits: Limits): Schema {
  return object(
    { file: recordingSchema(limits) },
    {
      text: text("What is said in the recording. Either this or srt."),
      lines: boolean("Whether each line of text is kept, instead of each sentence."),
      srt: text("Subtitles instead, SubRip or WebVTT, whose cues are kept."),
      ...expectations(limits),
      words: oneOf(wordSources, "Where the times come from."),
      response_format: { ...oneOf(alignmentFormats), default: "json" },
      ...cueFields,
    },
  );
}

/** The whole form of a transcription. */
export function formSchema(limits: Limits): Schema {
  return object({ file: recordingSchema(limits) }, formFields(limits));
}

/** The recording. */
export function recordingSchema({ maxUploadBytes, maxSeconds }: Limits): Schema {
  return {
    type: "string",
    contentMediaType: "application/octet-stream",
    minLength: 1,
    description:
      `In any format that ffmpeg reads: ${maxUploadBytes} bytes and ${maxSeconds} s at most. ` +
      "What it is, is seen from its bytes.",
  };
}

function numberOrNull(description: string, minimum: number, maximum: number): Schema {
  return { type: ["number", "null"], minimum, maximum, description };
}
