import type { StreamEvent } from "../contract/events.ts";
import type { DecodedChunk, Transcript } from "../contract/transcript.ts";
import { TextEnd } from "../text/joining.ts";

/**
 * The events of one transcription: work writes them while it goes on, one reader takes them. The
 * deltas joined are the transcript's text: none is ever repeated or taken back. Provisional text is
 * put together only when it is read; what is newer takes its place until then.
 */
export class TranscriptEvents {
  readonly #unread: StreamEvent[] = [];
  /** Gives the open chunk's text so far, where that has not been read. */
  #partial: { text: () => string | undefined; channel: number | undefined } | undefined;
  /** The end of the finished chunks' text. */
  readonly #end = new TextEnd();
  /** The text of the open chunk that deltas have told, with the separator before it. */
  #stable = "";
  /** Wakes the reader. */
  #changed = Promise.withResolvers<void>();

  /**
   * The open chunk has new text, of which anything may change that is not settled. `text` gives all
   * of it, undefined while there is none.
   */
  partial(text: () => string | undefined, channel?: number): void {
    this.#partial = { text, channel };
    this.#changed.resolve();
  }

  /** The open chunk begins with this text; white space after it may still go. */
  settled(text: string): void {
    const settled = text.trimEnd();
    // Quotation marks alone do not tell the script, and with it the separator.
    if (/[^\s"'“‘”’]/u.test(settled)) this.#delta(settled);
  }

  /** The open chunk is finished. */
  final({ text, start, end, channel, language, finishReason }: DecodedChunk): void {
    this.#partial = undefined;
    this.#delta(text, channel);
    this.#end.add({ text: this.#stable, channel });
    this.#stable = "";
    const place = { start, end, ...(channel === undefined ? {} : { channel }) };
    this.#push({ type: "final", text, ...place, language, finishReason });
  }

  /**
   * Starts the work and reads what it tells, to the transcript as the last event. Throws what the
   * work throws, after the events before that.
   */
  async *read(work: () => Promise<Transcript>): AsyncGenerator<StreamEvent, undefined, undefined> {
    let ended: { error?: unknown } | undefined;
    const end = (how: { error?: unknown }) => {
      ended = how;
      this.#partial = undefined;
      this.#changed.resolve();
    };
    work().then(
      (transcript) => {
        this.#push({ type: "finish", transcript });
        end({});
      },
      (error: unknown) => end({ error }),
    );
    for (;;) {
      const event = this.#unread.shift() ?? this.#takePartial();
      if (event !== undefined) {
        yield event;
      } else if (ended !== undefined) {
        if ("error" in ended) throw ended.error;
        return undefined;
      } else {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
    }
  }

  #takePartial(): StreamEvent | undefined {
    const text = this.#partial?.text();
    const channel = this.#partial?.channel;
    this.#partial = undefined;
    if (text === undefined) return undefined;
    const after = this.#end.after({ text, channel });
    return { type: "partial", text: after.slice(this.#stable.length) };
  }

  #delta(text: string, channel?: number): void {
    const after = this.#end.after({ text, channel });
    const delta = after.slice(this.#stable.length);
    this.#stable = after;
    if (delta !== "") this.#push({ type: "delta", text: delta });
  }

  #push(event: StreamEvent): void {
    this.#unread.push(event);
    this.#changed.resolve();
  }
}
