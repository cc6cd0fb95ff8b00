import type { Chunk, Segment, TokenText, Transcript, Word } from "./transcript.ts";

/** What a streaming transcription tells. The deltas joined are the finished transcript's text. */
export type StreamEvent =
  | PartialEvent
  | DeltaEvent
  | WordsEvent
  | FinalEvent
  | SegmentEvent
  | FinishEvent;

/** What seems to come after the text so far; the next event may say otherwise. */
export interface PartialEvent {
  type: "partial";
  text: string;
}

/** Text that will not change any more; it goes on where the last delta ended. */
export interface DeltaEvent {
  type: "delta";
  text: string;
  /** The text token by token, where `logprobs` asked for it; separators of chunks have none. */
  tokens?: TokenText[];
}

/**
 * Words of the deltas so far, as they will stand in the transcript, where `words` asked for them:
 * each word once, in order, after the delta that ends it.
 */
export interface WordsEvent {
  type: "words";
  words: Word[];
}

/** A chunk is finished: its whole text, and where it lies in the recording. */
export interface FinalEvent extends Omit<Chunk, "tokens"> {
  type: "final";
  text: string;
}

/** A sentence is finished: the next one of the transcript's segments, as it will stand there. */
export interface SegmentEvent {
  type: "segment";
  segment: Segment;
}

/** The last event. */
export interface FinishEvent {
  type: "finish";
  transcript: Transcript;
}
