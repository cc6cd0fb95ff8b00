// This folder: what the caller's thread and the engine's thread send to each other.

import type { MessagePort } from "node:worker_threads";
import type { Block } from "../audio/blocks.ts";
import type { InputDescription } from "../audio/input.ts";
import type { Alignment } from "../contract/alignment.ts";
import type { StreamEvent } from "../contract/events.ts";
import type { CheckedSettings, EngineOptions, HubOptions, Progress } from "../contract/options.ts";
import type { Transcript } from "../contract/transcript.ts";
import type { ModelInfo } from "../native/model.ts";
import type { WireError } from "./wire-error.ts";

// What the caller's thread and the engine's thread say to each other. Each call has a number; the
// engine answers with values until the last one. Input and values are asked for one at a time, so
// that neither side fills the other's memory.

/** What can be asked of the engine: arguments, the values on the way, and the result. */
export interface Calls {
  load: { argument: LoadArgument; value: never; result: LoadResult };
  transcribe: { argument: RecordingArgument; value: never; result: Transcript };
  align: { argument: AlignArgument; value: never; result: Alignment };
  stream: { argument: RecordingArgument; value: StreamEvent; result: undefined };
  close: { argument: { engine: number }; value: never; result: undefined };
}

export interface LoadArgument {
  model: string | undefined;
  hub: HubOptions;
  options: EngineOptions;
}

export interface LoadResult {
  /** Names the open model in later calls. */
  engine: number;
  info: ModelInfo;
}

export interface RecordingArgument {
  engine: number;
  input: InputDescription;
  options: CheckedSettings;
}

export interface AlignArgument extends RecordingArgument {
  /** A whole text, or its lines. */
  text: string | string[];
}

export type CallName = keyof Calls;

/** To the engine's thread. */
export type EngineRequest =
  | {
      [Name in CallName]: { type: "call"; id: number; name: Name } & Pick<Calls[Name], "argument">;
    }[CallName]
  | { type: "next"; id: number }
  | { type: "abort"; id: number }
  | { type: "block"; id: number; block: Block | undefined; error?: WireError }
  | BlockingRequest;

/** A call whose caller sleeps until `flag` is set; the reply waits at `port`. */
export interface BlockingRequest {
  type: "blocking";
  name: CallName;
  argument: object;
  /** All bytes of an input that is no path: a caller that sleeps gives no blocks. */
  content: Block | undefined;
  port: MessagePort;
  flag: Int32Array;
}

/** From the engine's thread. */
export type EngineReply =
  | { type: "value"; id: number; value: unknown; done: boolean }
  | { type: "error"; id: number; error: WireError }
  | { type: "progress"; id: number; progress: Progress }
  | { type: "want"; id: number };
