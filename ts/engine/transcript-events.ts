import type { StreamEvent } from "../contract/events.ts";
import type { DecodedChunk, Segment, TokenText, Transcript, Word } from "../contract/transcript.ts";
import { TextEnd, type Turn } from "../text/joining.ts";
import { tokensBetween } from "./decode/token-texts.ts";

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
  readonly #logprobs: boolean;
  /** Wakes the reader. */
  #changed = Promise.withResolvers<void>();

  /** `logprobs` gives deltas their tokens. */
  constructor({ logprobs = false }: { logprobs?: boolean } = {}) {
    this.#logprobs = logprobs;
  }

  /**
   * The open chunk has new text, of which anything may change that is not settled. `text` gives all
   * of it, undefined while there is none.
   */
  partial(text: () => string | undefined, channel?: number): void {
    this.#partial = { text, channel };
    this.#changed.resolve();
  }

  /**
   * The open chunk begins with this text, here token by token; white space after it may still go.
   */
  settled(text: string, tokens: readonly TokenText[]): void {
    const settled = text.trimEnd();
    // Quotation marks alone do not tell the script, and with it the separator.
    if (/[^\s"'“‘”’]/u.test(settled)) this.#delta({ text: settled, tokens });
  }

  /** These words of the text that deltas have told will not change any more. */
  words(words: readonly Word[]): void {
    if (words.length > 0) this.#push({ type: "words", words: [...words] });
  }

  /** The open chunk is finished, with these words that were not told before. */
  final(chunk: DecodedChunk, words: readonly Word[] = []): void {
    const { text, start, end, channel, language, finishReason, tokenTexts: tokens } = chunk;
    this.#partial = undefined;
    this.#delta({ text, channel, tokens });
    this.words(words);
    this.#end.add({ text: this.#stable, channel });
    this.#stable = "";
    const place = { start, end, ...(channel === undefined ? {} : { channel }) };
    this.#push({ type: "final", text, ...place, language, finishReason });
  }

  /** These segments have their place among all of the transcript's. */
  segments(segments: readonly Segment[]): void {
    for (const segment of segments) this.#push({ type: "segment", segment });
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

  #delta({ tokens, ...turn }: Turn & { tokens: readonly TokenText[] }): void {
    const after = this.#end.after(turn);
    const told = this.#stable.length;
    const delta = after.slice(told);
    this.#stable = after;
    if (delta === "") return;
    // Before the text stands what separates it from the last chunk, which no token wrote.
    const from = Math.max(0, told - (after.length - turn.text.length));
    const own = this.#logprobs ? { tokens: tokensBetween(tokens, from, turn.text.length) } : {};
    this.#push({ type: "delta", text: delta, ...own });
  }

  #push(event: StreamEvent): void {
    this.#unread.push(event);
    this.#changed.resolve();
  }
}
