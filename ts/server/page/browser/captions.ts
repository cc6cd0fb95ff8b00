import type { Segment, Word } from "../../../contract/transcript.ts";
import { joinTexts } from "../../../text/joining.ts";
import { isRecord } from "./records.ts";
import { emptyResult, type Result, segmentIn, wordsIn } from "./result.ts";

/** What was said between two pauses. */
export interface Turn {
  readonly id: string;
  /** Seconds from the start of listening; undefined until the server told. */
  start: number | undefined;
  end: number | undefined;
  /** Text that stays as it is. */
  settled: string;
  /** What seems to come after it; the next event may say otherwise. */
  provisional: string;
  /** Code of the language; "" until it is known. */
  language: string;
  /** Its sentences, once it is finished. */
  segments: readonly Segment[];
  /** Words of the settled text, as far as their times are known. */
  words: readonly Word[];
  isFinished: boolean;
}

const prefix = "conversation.item.input_audio_transcription.";

/** The turns of a realtime session, as its events tell of them. */
export class Captions {
  readonly #turns = new Map<string, Turn>();

  get turns(): readonly Turn[] {
    return [...this.#turns.values()];
  }

  /** The turn that an event changed; undefined where it tells nothing of one. */
  take(event: Readonly<Record<string, unknown>>): Turn | undefined {
    const { type, item_id: id } = event;
    if (typeof type !== "string" || typeof id !== "string") return undefined;
    const turn = this.#turn(id);
    switch (type) {
      case "input_audio_buffer.speech_started":
        turn.start = secondsIn(event["audio_start_ms"]);
        break;
      case "input_audio_buffer.speech_stopped":
        turn.end = secondsIn(event["audio_end_ms"]);
        break;
      case `${prefix}delta`:
        turn.settled += textIn(event["delta"]);
        turn.provisional = "";
        break;
      case `${prefix}provisional`:
        turn.provisional = textIn(event["text"]);
        break;
      case `${prefix}words`:
        turn.words = [...turn.words, ...wordsIn(event["words"])];
        break;
      case `${prefix}segment`: {
        const segment = segmentIn(event, turn.segments.length);
        if (segment !== undefined) turn.segments = [...turn.segments, segment];
        break;
      }
      case `${prefix}completed`:
        turn.settled = textIn(event["transcript"]);
        turn.provisional = "";
        turn.language = languageIn(event["languages"]) ?? "";
        turn.isFinished = true;
        break;
      case `${prefix}failed`:
        settle(turn);
        break;
    }
    return turn;
  }

  #turn(id: string): Turn {
    const known = this.#turns.get(id);
    if (known !== undefined) return known;
    const turn: Turn = {
      id,
      start: undefined,
      end: undefined,
      settled: "",
      provisional: "",
      language: "",
      segments: [],
      words: [],
      isFinished: false,
    };
    this.#turns.set(id, turn);
    return turn;
  }

  /** Whether something is still to come of what was said so far. */
  get areOpen(): boolean {
    return this.turns.some(({ isFinished }) => !isFinished);
  }

  /** What was said at the end; `duration` is how long was listened, in seconds. */
  result(duration: number): Result {
    for (const turn of this.#turns.values()) if (!turn.isFinished) settle(turn);
    const turns = this.turns.filter(({ settled }) => settled.trim() !== "");
    const segments = turns.flatMap(segmentsOf);
    return {
      ...emptyResult(),
      text: turns.reduce((text, { settled }) => joinTexts(text, settled), ""),
      language: turns.find(({ language }) => language !== "")?.language ?? "",
      duration,
      segments: segments.map((segment, id) => ({ ...segment, id })),
    };
  }
}

/** The sentences of a turn; of one that broke off, what its words tell. */
function segmentsOf({ segments, settled, words }: Turn): readonly Segment[] {
  const [first, last] = [words[0], words.at(-1)];
  if (segments.length > 0 || first === undefined || last === undefined) return segments;
  const place = { start: first.start, end: last.end };
  const told = { language: "", estimated: true, avgLogprob: 0, lowConfidence: false };
  return [{ id: 0, ...place, text: settled.trim(), ...told, words: [...words] }];
}

/** Keeps what was provisional: nothing better comes any more. */
function settle(turn: Turn): void {
  turn.settled += turn.provisional;
  turn.provisional = "";
  turn.isFinished = true;
}

function secondsIn(milliseconds: unknown): number | undefined {
  return typeof milliseconds === "number" ? milliseconds / 1000 : undefined;
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The code of the first language in OpenAI's list of objects. */
export function languageIn(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  const code = isRecord(first) ? first["code"] : undefined;
  return typeof code === "string" ? code : undefined;
}
