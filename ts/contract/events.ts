import type { Chunk, Transcript } from "./transcript.ts";

/** What a streaming transcription tells. The deltas joined are the finished transcript's text. */
export type StreamEvent = PartialEvent | DeltaEvent | FinalEvent | FinishEvent;

/** What seems to come after the text so far; the next event may say otherwise. */
export interface PartialEvent {
  type: "partial";
  text: string;
}

/** Text that will not change any more; it goes on where the last delta ended. */
export interface DeltaEvent {
  type: "delta";
  text: string;
}

/** A chunk is finished: its whole text, and where it lies in the recording. */
export interface FinalEvent extends Omit<Chunk, "tokens"> {
  type: "final";
  text: string;
}

/** The last event. */
export interface FinishEvent {
  type: "finish";
  transcript: Transcript;
}
