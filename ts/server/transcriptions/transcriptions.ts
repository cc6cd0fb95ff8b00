// This folder: OpenAI's transcriptions: what a form asks for, and what is answered, in each format.

import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { Route } from "../http/route.ts";
import type { ServerContext } from "../service/service.ts";
import { readForm } from "../upload/form.ts";
import { answerOf } from "./answer.ts";
import { heardInTurn } from "./in-turn.ts";
import { readRequest } from "./request.ts";
import { streamedAnswer } from "./streamed.ts";

/** Transcribes the recording of a form. */
export const transcriptions: Route = {
  path: "/audio/transcriptions",
  methods: { POST: ({ request }, context) => transcribe(request, context) },
};

async function transcribe(request: Request, context: ServerContext): Promise<Response> {
  const { limits, models, metrics, closing } = context;
  models.checkRoom();
  await using work = new AsyncDisposableStack();
  const form = work.use(await readForm(request, limits, closing));
  const asked = readRequest(form.fields, context);
  const leave = new AbortController();
  const signal = AbortSignal.any([request.signal, leave.signal, closing]);
  const events = heardInTurn(form.file, asked, context, signal);
  const model = models.nameOf(asked.model);
  const onTranscript = (transcript: Transcript) => metrics.transcribed(model, transcript);
  if (asked.isStreamed) {
    const { report } = context;
    const stream = { model, limits, report, leave, signal, onTranscript };
    return await streamedAnswer(events, asked, stream, work);
  }
  const transcript = await lastOf(events);
  onTranscript(transcript);
  return answerOf(transcript, asked, model);
}

async function lastOf(events: AsyncIterable<StreamEvent>): Promise<Transcript> {
  for await (const event of events) if (event.type === "finish") return event.transcript;
  throw new AsrError("internal", "the transcription has no end");
}
