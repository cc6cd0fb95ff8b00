import { randomUUID } from "node:crypto";
import type { Problem } from "../http/problem.ts";
import type { TokenLogprob } from "../transcriptions/logprobs.ts";
import type { WordTimes } from "../transcriptions/words.ts";
import type { Completed } from "./completed.ts";

/** What OpenAI's events of errors have within. */
export interface EventError {
  type: string;
  code: string | null;
  message: string;
  param: string | null;
}

/** A turn in the list of what was said. */
export interface Item {
  id: string;
  object: "realtime.item";
  type: "message";
  status: "completed";
  role: "user";
  content: readonly { type: "input_audio"; transcript: null }[];
}

const ofItem = "conversation.item.input_audio_transcription";

/** A sentence; times are in seconds of the session. */
interface SegmentTimes {
  id: string;
  text: string;
  speaker: string;
  start: number;
  end: number;
  /** Where they were asked for. */
  words?: readonly WordTimes[];
}

type Named<Type extends string, Rest = unknown> = { type: Type } & Rest;
type OfItem<Name extends string, Rest> = Named<
  `${typeof ofItem}.${Name}`,
  { item_id: string; content_index: 0 } & Rest
>;

/** What the server tells, but for the id that each event gets when it is sent. */
export type ServerEvent =
  | Named<`${"" | "transcription_"}session.${"created" | "updated"}`, { session: object }>
  | Named<"input_audio_buffer.cleared">
  | Named<"input_audio_buffer.committed", { item_id: string; previous_item_id: string | null }>
  | Named<"input_audio_buffer.speech_started", { audio_start_ms: number; item_id: string }>
  | Named<"input_audio_buffer.speech_stopped", { audio_end_ms: number; item_id: string }>
  | Named<
      "input_audio_buffer.timeout_triggered",
      { audio_start_ms: number; audio_end_ms: number; item_id: string }
    >
  | Named<
      `conversation.item.${"created" | "added" | "done"}`,
      { previous_item_id: string | null; item: Item }
    >
  | OfItem<"delta", { delta: string; logprobs?: readonly TokenLogprob[] }>
  | OfItem<"provisional", { text: string }>
  | OfItem<"words", { words: readonly WordTimes[] }>
  | OfItem<"segment", SegmentTimes>
  | OfItem<"completed", Completed>
  | OfItem<"failed", { error: EventError }>
  | Named<"error", { error: EventError & { event_id: string | null } }>;

/** An id as OpenAI's look, as in `event_…`. */
export function newId(kind: "event" | "item" | "sess" | "seg"): string {
  return `${kind}_${randomUUID().replaceAll("-", "").slice(0, 21)}`;
}

export function errorOf({ type, code, message, param }: Problem): EventError {
  return { type, code, message, param };
}

export function itemOf(id: string): Item {
  const content = [{ type: "input_audio", transcript: null }] as const;
  return {
    id,
    object: "realtime.item",
    type: "message",
    status: "completed",
    role: "user",
    content,
  };
}
