import type { Understood } from "./readers.ts";
import type { WireRequest } from "./wire.ts";

/** A program that uses OpenAI's API: what it sends, and what it makes of the answer. */
export interface Program {
  name: string;
  /** The request for a recording, as its code, or what it uses to speak HTTP, writes it. */
  request(recording: Uint8Array): WireRequest;
  /** Throws where the program would show an error, or lose what it was written for. */
  read(answer: Response): Promise<Understood>;
}

/** Where recordings go. */
export const endpoint = "/v1/audio/transcriptions";

/** The type of files of which nothing is known. */
export const octets = "application/octet-stream";
