/** One event of a stream of server-sent events: its data, which is JSON but for `[DONE]`. */
export type EventData = string;

/** Takes server-sent events out of a text that arrives in pieces. */
export class EventLines {
  #line = "";
  #data: string[] = [];

  /** The events that this piece completes, in order. */
  push(piece: string): EventData[] {
    const events: EventData[] = [];
    const lines = (this.#line + piece).split("\n");
    this.#line = lines.pop() ?? "";
    for (const ended of lines) {
      const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
      if (line === "") {
        if (this.#data.length > 0) events.push(this.#data.join("\n"));
        this.#data = [];
      } else if (line.startsWith("data:")) this.#data.push(line.slice(5).replace(/^ /, ""));
      // Comments keep the line open, and the name of an event stands in its data, too.
    }
    return events;
  }
}
