import type { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { ServerContext } from "../service/service.ts";
import type { ReceivedFile } from "../upload/form.ts";
import { lacksWords, withoutWords, wordProblem } from "./no-words.ts";
import { heard } from "./recording.ts";
import type { TranscriptionRequest } from "./request.ts";
import { checkSpeakers } from "./speakers.ts";

/**
 * Waits for a model, transcribes a received recording, and gives the model back when the last event
 * is read or the reader stops.
 */
export async function* heardInTurn(
  file: ReceivedFile,
  asked: TranscriptionRequest,
  { models, limits: { maxSeconds } }: Pick<ServerContext, "models" | "limits">,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, undefined> {
  using loan = await models.borrow(asked.model, signal);
  if (asked.format === "diarized_json") await checkSpeakers(file, signal);
  const { recognizer } = loan;
  const options = { ...asked.options, maxSeconds, signal };
  try {
    yield* heard(recognizer, file, options);
  } catch (error) {
    // It is told before anything is heard.
    if (!asked.mayLackWords || !lacksWords(error)) throw wordProblem(error);
    yield* withNote(heard(recognizer, file, { ...options, words: undefined }), error);
  }
}

async function* withNote(
  events: AsyncIterable<StreamEvent>,
  why: AsrError,
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const event of events) {
    if (event.type !== "finish") yield event;
    else yield { ...event, transcript: withoutWords(event.transcript, why) };
  }
}
