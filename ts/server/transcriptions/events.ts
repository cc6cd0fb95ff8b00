import type { StreamEvent } from "../../contract/events.ts";
import type { Segment, Transcript } from "../../contract/transcript.ts";
import { accountOf } from "./account.ts";
import { details } from "./answer.ts";
import { type DiarizedSegment, diarizedSegment } from "./diarized.ts";
import { mainLanguage } from "./languages.ts";
import { logprobsOf, type TokenLogprob } from "./logprobs.ts";
import type { TranscriptionRequest } from "./request.ts";
import { tokenUsage } from "./usage.ts";

/** What a streamed answer tells while the work goes on; the last event is `doneEvent`. */
export type TranscriptEvent =
  | { type: "transcript.text.delta"; delta: string; logprobs?: TokenLogprob[] }
  | DiarizedSegment
  | PlainSegment;

/** A segment where speakers are not told apart. */
interface PlainSegment extends DiarizedSegment {
  segment: Pick<Segment, "id" | "start" | "end" | "text">;
}

/** OpenAI's event for one of a transcription; none for what may still change. */
export function eventOf(
  event: StreamEvent,
  request: TranscriptionRequest,
): TranscriptEvent | undefined {
  if (event.type === "segment") return segmentEvent(event.segment, request);
  if (event.type !== "delta") return undefined;
  const { text: delta, tokens } = event;
  const logprobs = tokens === undefined ? {} : { logprobs: logprobsOf(tokens) };
  return { type: "transcript.text.delta", delta, ...logprobs };
}

/**
 * A segment. OpenAI tells of none but where speakers are told apart, so its SDKs count on a
 * speaker; Subtitle Edit makes its subtitles of segments and reads them in `segment`.
 */
function segmentEvent(segment: Segment, { format }: TranscriptionRequest): TranscriptEvent {
  const event = diarizedSegment(segment);
  if (format === "diarized_json") return event;
  const { id, start, end, text } = segment;
  return { ...event, speaker: "", segment: { id, start, end, text } };
}

/** The last event: the whole text, and what else is asked for. */
export function doneEvent(
  transcript: Transcript,
  request: TranscriptionRequest,
  model: string,
): { type: "transcript.text.done" } & Record<string, unknown> {
  const { text, duration } = transcript;
  return {
    type: "transcript.text.done",
    text,
    language: mainLanguage(transcript, request.language),
    duration,
    ...details(transcript, request),
    usage: tokenUsage(transcript),
    bun_asr: accountOf(transcript, model, request.notes),
  };
}
