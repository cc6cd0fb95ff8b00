import type { StreamEvent } from "../../contract/events.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { problemOf, reportedProblem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import type { Limits } from "../service/settings.ts";
import { modelHeader } from "./account.ts";
import { EventStream } from "./event-stream.ts";
import { doneEvent, eventOf } from "./events.ts";
import type { TranscriptionRequest } from "./request.ts";

/** What a streamed answer needs besides its events. */
export interface StreamContext {
  /** The model that makes the transcript. */
  model: string;
  limits: Limits;
  report: ServerContext["report"];
  /** Ends the work. */
  leave: AbortController;
  /** Aborted when the work ends before it is done. */
  signal: AbortSignal;
  onTranscript: (transcript: Transcript) => void;
  /**
   * The answer begins when there is something to tell, or after so many milliseconds: until then an
   * error has its own status, as of a file that is no recording. Default 5000.
   */
  maxSilentMs?: number;
}

/**
 * Answers with server-sent events while the work goes on. Takes over `work`: what it holds is given
 * back when the last event is told or the client has left.
 */
export async function streamedAnswer(
  events: AsyncGenerator<StreamEvent, void, undefined>,
  request: TranscriptionRequest,
  context: StreamContext,
  work: AsyncDisposableStack,
): Promise<Response> {
  const first = events.next();
  await orTimeout(first, context.maxSilentMs ?? 5000);
  const stream = new EventStream({
    maxUnreadBytes: context.limits.maxUnreadBytes,
    onLeave: () => context.leave.abort(),
  });
  void tell(stream, first, events, request, context, work.move());
  return stream.response(modelHeader(context.model));
}

/** Waits for a promise, but not longer than so many milliseconds. */
async function orTimeout(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells all events, and at last of the end or of the error. */
async function tell(
  stream: EventStream,
  first: Promise<IteratorResult<StreamEvent, void>>,
  events: AsyncGenerator<StreamEvent, void, undefined>,
  request: TranscriptionRequest,
  context: StreamContext,
  work: AsyncDisposableStack,
): Promise<void> {
  const { model, onTranscript } = context;
  try {
    for (let next = await first; !next.done; next = await events.next()) {
      const event = next.value;
      const told = eventOf(event, request);
      if (told !== undefined) stream.send(told);
      if (event.type !== "finish") continue;
      onTranscript(event.transcript);
      stream.finish(doneEvent(event.transcript, request, model));
    }
  } catch (error) {
    // What ends with a client that left is no fault, whatever its end looks like.
    const isEnded = context.signal.aborted;
    stream.fail((isEnded ? problemOf(error) : reportedProblem(error, context)).body);
  } finally {
    // Nobody is there to be told. What cannot be removed now is swept at the next start.
    await work.disposeAsync().catch(() => undefined);
  }
}
