import type { StreamEvent } from "../../contract/events.ts";
import type { ServerContext } from "../service/service.ts";
import type { ReceivedFile } from "../upload/form.ts";
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
  yield* heard(loan.recognizer, file, { ...asked.options, maxSeconds, signal });
}
