import type { ServerContext } from "../service/service.ts";
import { alignmentSchema, formSchema, recordingSchema } from "./form.ts";
import { content, json, refusals } from "./responses.ts";
import { named, text } from "./schema.ts";

/** An operation of OpenAPI: what a method of a path takes and gives. */
export type Operation = Readonly<Record<string, unknown>>;

/** The operations of a path by their methods in lower case. */
export type PathItem = Readonly<Record<string, Operation>>;

/** What the server can be asked, by its paths. */
export function paths(context: ServerContext): Readonly<Record<string, PathItem>> {
  return {
    "/v1/audio/transcriptions": { post: transcribe(context) },
    "/v1/audio/alignments": { post: align(context) },
    "/v1/audio/translations": {
      post: {
        operationId: "createTranslation",
        summary: "Refused: nothing is translated here.",
        responses: refusals(400, 401, 403, 503),
      },
    },
    "/v1/realtime": { get: realtime },
    "/v1/models": {
      get: {
        operationId: "listModels",
        summary: "The models that are served, and OpenAI's names for the first.",
        responses: { ...json("The models.", "ModelList"), ...refusals(401, 403, 503) },
      },
    },
    "/v1/models/{model}": {
      get: {
        operationId: "retrieveModel",
        summary: "One model by its name.",
        parameters: [{ name: "model", in: "path", required: true, schema: text() }],
        responses: { ...json("The model.", "Model"), ...refusals(401, 403, 404, 503) },
      },
    },
    "/health": {
      get: {
        operationId: "health",
        summary: "Whether requests are welcome.",
        security: [],
        responses: {
          ...json("They are.", "Health"),
          ...json("Not now: models are being opened, or the server ends.", "Health", 503),
          ...refusals(403),
        },
      },
    },
    "/metrics": {
      get: {
        operationId: "metrics",
        summary: "What the server has done, as Prometheus reads it.",
        responses: { ...content("Metrics.", "text/plain"), ...refusals(401, 403, 503) },
      },
    },
    "/openapi.json": {
      get: {
        operationId: "openapi",
        summary: "This description.",
        security: [],
        responses: {
          200: {
            description: "OpenAPI 3.1.",
            content: { "application/json": { schema: { type: "object" } } },
          },
          ...refusals(403),
        },
      },
    },
    "/": {
      get: pagePart("The page: captions of a microphone, transcripts of files.", "text/html"),
    },
    "/page.js": { get: pagePart("The page's script.", "text/javascript") },
    "/worklet.js": { get: pagePart("How the page hears a microphone.", "text/javascript") },
  };
}

function pagePart(summary: string, type: string): Operation {
  return {
    summary,
    security: [],
    responses: {
      ...content("Its text.", type),
      304: { description: "The browser has it already." },
      ...refusals(403),
    },
  };
}

function align({ limits }: ServerContext): Operation {
  return {
    operationId: "createAlignment",
    summary: "Finds when a text was said in a recording.",
    requestBody: {
      required: true,
      content: { "multipart/form-data": { schema: alignmentSchema(limits) } },
    },
    responses: {
      200: {
        description: "The text with its times.",
        headers: {
          "x-bun-asr-model": { description: "The model that answered.", schema: text() },
          "x-bun-asr-matched": { description: "As matched in JSON.", schema: text() },
        },
        content: {
          "application/json": { schema: named("Alignment") },
          "text/plain": { schema: text("srt and lrc.") },
          "text/vtt": { schema: text() },
          "text/tab-separated-values": { schema: text() },
        },
      },
      ...refusals(400, 401, 403, 408, 413, 415, 500, 503, 507),
    },
  };
}

function transcribe({ limits }: ServerContext): Operation {
  const answers = ["Transcription", "VerboseTranscription", "DiarizedTranscription"];
  return {
    operationId: "createTranscription",
    summary: "Transcribes a recording.",
    description:
      "A form with the recording, or the recording alone as the body with the fields in the " +
      "query. Lists may be written with and without `[]`; fields that are not known are ignored.",
    parameters: [
      {
        name: "fields",
        in: "query",
        description: "The fields of the form, where the body is the recording.",
        style: "form",
        explode: true,
        schema: { type: "object", additionalProperties: text() },
      },
    ],
    requestBody: {
      required: true,
      content: {
        "multipart/form-data": { schema: formSchema(limits) },
        "application/octet-stream": { schema: recordingSchema(limits) },
        "audio/*": { schema: recordingSchema(limits) },
      },
    },
    responses: {
      200: {
        description:
          "The transcript. With stream events: TextDelta, TextSegment, at last TextDone and the " +
          "line `data: [DONE]`, or `error`.",
        headers: {
          "x-bun-asr-model": { description: "The model that answered.", schema: text() },
        },
        content: {
          "application/json": { schema: { anyOf: answers.map(named) } },
          "text/plain": { schema: text("text and srt.") },
          "text/vtt": { schema: text() },
          "text/event-stream": {},
        },
      },
      ...refusals(400, 401, 403, 408, 413, 415, 500, 503, 507),
    },
  };
}

const realtime: Operation = {
  operationId: "realtime",
  summary: "Becomes a WebSocket for live transcription, with OpenAI's realtime events.",
  parameters: [
    { name: "intent", in: "query", schema: { const: "transcription" } },
    { name: "model", in: "query", schema: text("As in the form of a transcription.") },
  ],
  responses: {
    101: { description: "A WebSocket." },
    ...refusals(400, 401, 403, 426, 503),
  },
};
