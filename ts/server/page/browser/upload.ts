import type { Segment } from "../../../contract/transcript.ts";
import { languageIn } from "./captions.ts";
import { EventLines } from "./event-lines.ts";
import { isRecord, recordIn } from "./records.ts";
import { emptyResult, type Result, segmentIn, segmentsIn, withWords, wordsIn } from "./result.ts";
import { address, authorization, errorIn, type Settings } from "./service.ts";
import { sentence, TroubleError, troubleOf } from "./troubles.ts";

/** How far a file is. */
export interface UploadProgress {
  /** The share of the file that was sent, from 0 to 1. */
  sent(share: number): void;
  /** Text was written, or times of a sentence came. */
  written(text: string, segments: readonly Segment[]): void;
}

/**
 * Sends a file and reads the transcript while it is written. Throws `TroubleError`, and the
 * signal's reason. A request of the older kind, as `fetch` does not tell how much was sent.
 */
export function transcribeFile(
  file: File,
  settings: Settings,
  signal: AbortSignal,
  progress: UploadProgress,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const answer = new Answer(progress);
    request.open("POST", address("v1/audio/transcriptions"));
    for (const [name, value] of Object.entries(authorization()))
      request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress.sent(loaded / Math.max(1, total));
    request.upload.onload = () => progress.sent(1);
    const read = () => {
      if (request.status === 200) answer.read(request.responseText);
    };
    request.onprogress = read;
    request.onload = () => {
      const { status, responseText } = request;
      if (status !== 200) {
        const retryAfter = request.getResponseHeader("retry-after");
        reject(new TroubleError(troubleOf(status, responseText, retryAfter)));
        return;
      }
      read();
      const { result, error } = answer;
      if (result !== undefined) resolve(result);
      else reject(new TroubleError(brokenOff(error)));
    };
    request.onerror = () => reject(new TroubleError(troubleOf(request.status, "", null)));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(formOf(file, settings));
  });
}

function brokenOff(error: string | undefined): { kind: "fault"; text: string } {
  const text = error ?? "The answer broke off. Try again; what has come so far is kept";
  return { kind: "fault", text: sentence(text) };
}

function formOf(file: File, { model, language, keywords, prompt }: Settings): FormData {
  const form = new FormData();
  // What the server must know comes before the file.
  form.append("response_format", "json");
  form.append("stream", "true");
  form.append("timestamp_granularities[]", "segment");
  form.append("timestamp_granularities[]", "word");
  if (model !== "") form.append("model", model);
  if (language !== "") form.append("language", language);
  for (const word of keywords) form.append("keywords[]", word);
  if (prompt !== "") form.append("prompt", prompt);
  form.append("file", file);
  return form;
}

/** The events of an answer, as far as it has come. */
class Answer {
  result: Result | undefined;
  error: string | undefined;
  readonly #lines = new EventLines();
  readonly #progress: UploadProgress;
  #text = "";
  #segments: Segment[] = [];
  #seen = 0;

  constructor(progress: UploadProgress) {
    this.#progress = progress;
  }

  /** `text` is all that has come. */
  read(text: string): void {
    const piece = text.slice(this.#seen);
    this.#seen = text.length;
    for (const data of this.#lines.push(piece)) this.#take(recordIn(data) ?? {});
    this.#progress.written(this.#text, this.#segments);
  }

  #take(event: Readonly<Record<string, unknown>>): void {
    this.error ??= errorIn(event);
    const { type, delta } = event;
    if (type === "transcript.text.delta" && typeof delta === "string") this.#text += delta;
    if (type === "transcript.text.segment") {
      const segment = segmentIn(event, this.#segments.length);
      if (segment !== undefined) this.#segments = [...this.#segments, segment];
    }
    if (type === "transcript.text.done") this.result = this.#resultOf(event);
  }

  #resultOf(event: Readonly<Record<string, unknown>>): Result {
    const { text, duration, languages, segments, words } = event;
    const own = segmentsIn(segments);
    const told = own.length > 0 ? own : this.#segments;
    const timed = wordsIn(words);
    return {
      ...emptyResult(),
      text: typeof text === "string" ? text : this.#text,
      language: languageIn(languages) ?? "",
      duration: typeof duration === "number" ? duration : undefined,
      segments: timed.length > 0 ? withWords(told, timed) : told,
      notes: notesIn(event["bun_asr"]),
    };
  }
}

/** What the server tells of the text beyond OpenAI's fields, as far as it matters to a reader. */
function notesIn(account: unknown): string[] {
  if (!isRecord(account) || account["truncated"] !== true) return [];
  const { warnings } = account;
  const told = Array.isArray(warnings) ? warnings.map(String) : [];
  return ["some of the text may be missing", ...told].map(sentence);
}
