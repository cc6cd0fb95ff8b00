import type { AudioChunk } from "../../audio/speech/chunker.ts";
import type { DecodedChunk, TimedWord } from "../../contract/transcript.ts";
import type { DecodingSession } from "./decoding-model.ts";
import type { Piece } from "./hypothesis.ts";

/** An answer that a session has written, and what it was written from. */
export interface HeardAnswer {
  session: DecodingSession;
  audio: AudioChunk;
  /** The text of the answer and its language. */
  chunk: Pick<DecodedChunk, "text" | "language">;
  /** Which tokens of the answer the text is made of. */
  pieces: readonly Piece[];
  /** Position of the answer's first token in the session. */
  position: number;
}

/** Whoever finds the times of words in what sessions looked at while they wrote. */
export interface AnswerListener {
  /** Whether sessions have to keep what they look at. */
  readonly needsAttention: boolean;
  /** The words of an answer, undefined where they are found otherwise. */
  wordsOf(answer: HeardAnswer): TimedWord[] | undefined;
}
