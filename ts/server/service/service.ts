// This folder: what all parts of the server share: its models, its limits, what it counts.

import type { Transcript } from "../../contract/transcript.ts";
import type { Models } from "./models.ts";
import type { Access, Limits, WordSource } from "./settings.ts";

export type SocketKind = "websocket" | "wyoming";

/** What is counted while the server runs; `render` gives it as Prometheus reads it. */
export interface Metrics {
  /** A request was answered, by the path of its route. */
  answered(path: string, status: number, seconds: number): void;
  /** A recording, or a turn of a live stream, was transcribed. */
  transcribed(model: string, transcript: Transcript): void;
  /** A connection of live streams was opened; disposing of this says that it is closed. */
  connected(kind: SocketKind): Disposable;
  render(): string;
}

/** What all routes share. */
export interface ServerContext {
  readonly limits: Limits;
  /** Where word times come from for clients that do not say it. */
  readonly words: WordSource;
  /** The forced aligner that whoever runs the server named, as clients see it. */
  readonly aligner: string | undefined;
  readonly access: Access;
  readonly models: Models;
  readonly metrics: Metrics;
  /** Tells whoever runs the server of a fault that is not its clients', who are told less. */
  report(fault: unknown): void;
  /** Aborted when the server is told to end: its health says so, and requests are still taken. */
  readonly ending: AbortSignal;
  /** Aborted, at once or later, when it takes nothing new any more, and finishes what runs. */
  readonly draining: AbortSignal;
  /** Aborted when the server will not wait for its clients any longer. */
  readonly closing: AbortSignal;
}
