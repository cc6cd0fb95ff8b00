/**
 * Brings what callbacks tell to whoever asks for one event after the other. Where `replaces` says
 * so, an event takes the place of the unread one before it.
 */
export class EventQueue<Event, Result> {
  readonly #events: Event[] = [];
  readonly #replaces: (earlier: Event, later: Event) => boolean;
  #wake: (() => void) | undefined;
  #end: { result: Result } | { error: unknown } | undefined;

  constructor(replaces: (earlier: Event, later: Event) => boolean) {
    this.#replaces = replaces;
  }

  push(event: Event): void {
    const last = this.#events.at(-1);
    if (last !== undefined && this.#replaces(last, event)) this.#events.pop();
    this.#events.push(event);
    this.#wake?.();
  }

  /** Ends the queue with the outcome of `work`. */
  endWith(work: Promise<Result>): void {
    work
      .then(
        (result) => {
          this.#end = { result };
        },
        (error: unknown) => {
          this.#end = { error };
        },
      )
      .finally(() => this.#wake?.());
  }

  async *read(): AsyncGenerator<Event, Result, undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      if (this.#end !== undefined) {
        if ("error" in this.#end) throw this.#end.error;
        return this.#end.result;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
