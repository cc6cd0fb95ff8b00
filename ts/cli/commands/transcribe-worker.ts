import { openItemAudio } from "../../batch/audio.ts";
import { itemOn } from "../../batch/fields.ts";
import type { Heard, Item } from "../../batch/item.ts";
import { type RawLine, rawLinesOf, textOf } from "../../batch/lines.ts";
import { milliseconds } from "../../batch/packing.ts";
import { weightsHash } from "../../batch/weights.ts";
import { AsrError, type AsrErrorCode, messageOf } from "../../contract/errors.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { Progress, StreamOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { resolveModel } from "../../hub/resolve.ts";
import type { Recognizer } from "../files/run.ts";
import type { Arguments } from "../flags/arguments.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Load, opened } from "./opening.ts";
import { rowAligner } from "./row-aligner.ts";

/** A sign of life of an item that takes long, in milliseconds. */
const signMs = 5000;

/**
 * `transcribe --worker`: items come on lines of JSON, and rows go out as they are done, in any
 * order. Standard output is the protocol alone. Returns the exit status; the end of the input is
 * its end, when what was begun is done.
 */
export async function serveLines(
  given: Arguments,
  terminal: Terminal,
  load: Load<Recognizer>,
  input: AsyncIterable<Uint8Array> = Bun.stdin.stream(),
): Promise<number> {
  using interrupt = new Interrupt();
  const line = new ProgressLine(terminal, false);
  await using recognizer = await opened(given, terminal, line, interrupt.signal, load);
  const batch = given.engine.batch ?? optionTable.batch.default;
  const worker = new LineWorker(given, terminal, recognizer, interrupt.signal);
  const { offline, cacheDir } = given.engine;
  const hub = { offline, cacheDir, signal: interrupt.signal };
  const aligner = await rowAligner(given, async (name) => {
    return await resolveModel(name, { ...hub, kind: "aligner" });
  });
  const weights = await weightsHash(await resolveModel(given.model, hub), aligner);
  // So many keep the engine's batch full while others are read.
  const window = 2 * batch;
  worker.say({ ready: 1, window, model: given.model, weights });
  await worker.serve(input, window);
  return interrupt.status ?? worker.status;
}

class LineWorker {
  status = 0;
  readonly #given: Arguments;
  readonly #terminal: Terminal;
  readonly #recognizer: Recognizer;
  readonly #signal: AbortSignal;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** Aborted by a fault that ends the process. */
  readonly #fault = new AbortController();

  constructor(given: Arguments, terminal: Terminal, recognizer: Recognizer, signal: AbortSignal) {
    this.#given = given;
    this.#terminal = terminal;
    this.#recognizer = recognizer;
    this.#signal = signal;
  }

  say(message: object): void {
    this.#terminal.out(`${JSON.stringify(message)}\n`);
  }

  /** Takes items, `window` of them at once, until the input ends. */
  async serve(input: AsyncIterable<Uint8Array>, window: number): Promise<void> {
    const end = AbortSignal.any([this.#signal, this.#fault.signal]);
    for await (const line of rawLinesOf(untilAborted(input, end))) {
      if (end.aborted) break;
      this.#begin(line);
      while (this.#inFlight.size >= window) await Promise.race(this.#inFlight.values());
    }
    if (!this.#fault.signal.aborted) await Promise.all(this.#inFlight.values());
  }

  /** What is no item is answered, too: whoever wrote it waits. */
  #begin(line: RawLine): void {
    const where = `line ${line.number}`;
    let item: Item;
    let text = "";
    try {
      text = textOf(line, where);
      if (text.trim() === "") return;
      item = itemOn(text, where);
      if (this.#inFlight.has(item.id)) {
        throw new AsrError("input", `${where}: the id "${item.id}" is under way`);
      }
    } catch (error) {
      const id = idOn(text);
      this.say({ ...(id === undefined ? {} : { id }), ...failure(error) });
      return;
    }
    const work = this.#transcribe(item).finally(() => this.#inFlight.delete(item.id));
    this.#inFlight.set(item.id, work);
  }

  async #transcribe(item: Item): Promise<void> {
    const { id } = item;
    try {
      this.say({ id, ...(await this.#heard(item)) });
    } catch (error) {
      const told = failure(error, item.audio);
      // Behind a fault of the library nothing that it says can be relied on.
      const isFatal = told.error.code === "native" || told.error.code === "internal";
      // Whoever interrupts runs the item again.
      if (told.error.code === "aborted") return;
      if (!isFatal) return this.say({ id, ...told });
      this.say({ id, ...told, fatal: true });
      this.#terminal.note(`error: ${told.error.message}\n`);
      this.status = exitCodes[told.error.code];
      this.#fault.abort();
    }
  }

  async #heard(item: Item): Promise<Heard> {
    let [told, progress] = [performance.now(), 0];
    const sign = () => {
      if (performance.now() - told < signMs) return;
      told = performance.now();
      this.say({ id: item.id, progress });
    };
    const onProgress = ({ done }: Progress) => {
      progress = done;
      sign();
    };
    const audio = await openItemAudio(item.audio);
    const settings = { ...this.#settingsOf(item), signal: this.#signal, onProgress };
    let transcript: Transcript | undefined;
    for await (const event of this.#recognizer.stream(audio, settings)) {
      // A chunk may take long, too.
      sign();
      if (event.type === "finish") transcript = event.transcript;
    }
    if (transcript === undefined) {
      throw new AsrError("native", `${item.audio}: the transcription has no end`);
    }
    return rowOf(transcript, this.#given.destination.formats?.includes("json") ?? false);
  }

  #settingsOf({ language, start_s, end_s }: Item): StreamOptions {
    const { languages, ...settings } = this.#given.settings;
    return {
      ...settings,
      ...(language === undefined ? (languages === undefined ? {} : { languages }) : { language }),
      ...(start_s === undefined ? {} : { start: start_s }),
      ...(end_s === undefined ? {} : { end: end_s }),
    };
  }
}

/** What a row tells of a transcript: nothing that differs from run to run. */
function rowOf(transcript: Transcript, withSegments: boolean): Heard {
  const { text, language, duration, truncated, finishReason, segments } = transcript;
  return {
    text,
    language,
    duration_s: milliseconds(duration),
    ...(truncated ? { truncated: true as const, finish_reason: finishReason } : {}),
    ...(withSegments ? { segments: segments.map(segmentOf) } : {}),
  };
}

/** Log-probabilities depend, in their last digits, on what was decoded beside it. */
function segmentOf({ start, end, text, language, channel, words }: Transcript["segments"][number]) {
  return {
    start,
    end,
    text,
    language,
    ...(channel === undefined ? {} : { channel }),
    ...(words === undefined ? {} : { words: words.map(({ probability: _, ...word }) => word) }),
  };
}

/** Why an item failed. What came as bytes has a name that says nothing. */
function failure(error: unknown, audio = ""): { error: { code: AsrErrorCode; message: string } } {
  const code = error instanceof AsrError ? error.code : "internal";
  const message = error instanceof AsrError ? error.oneLine : messageOf(error);
  return { error: { code, message: message.replaceAll("audio stream", audio || "audio stream") } };
}

function idOn(line: string): string | undefined {
  try {
    const { id } = JSON.parse(line);
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}

/** What comes until the signal does. */
async function* untilAborted(
  input: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const aborted = new Promise<"aborted">((resolve) => {
    signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
  const parts = input[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([parts.next(), aborted]);
    if (next === "aborted") return void parts.return?.();
    if (next.done === true) return;
    yield next.value;
  }
}
