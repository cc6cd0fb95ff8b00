import { durationOf } from "./player.ts";
import type { Settings } from "./service.ts";
import type { Take } from "./take.ts";
import { type Trouble, TroubleError, troubleOf } from "./troubles.ts";
import { transcribeFile } from "./upload.ts";

/** What is told of files on their way. */
export interface FileEvents {
  /** A take has changed. */
  changed(take: Take): void;
  done(take: Take): void;
  trouble(trouble: Trouble): void;
}

/** Files are transcribed one after the other; each has the settings of when its turn comes. */
export class FileQueue {
  readonly #settings: () => Settings;
  readonly #events: FileEvents;
  readonly #waiting: Take[] = [];
  #isRunning = false;

  constructor(settings: () => Settings, events: FileEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  add(takes: readonly Take[]): void {
    this.#waiting.push(...takes);
    if (!this.#isRunning) void this.#run();
  }

  /** Ends a take, whether its turn has come or not. */
  cancel(take: Take): void {
    take.state = "stopped";
    take.cancel();
    this.#events.changed(take);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let take = this.#waiting.shift(); take !== undefined; take = this.#waiting.shift())
      if (take.isUnderWay) await this.#transcribe(take);
    this.#isRunning = false;
  }

  async #transcribe(take: Take): Promise<void> {
    try {
      take.result = await this.#patiently(take);
      take.state = "done";
      this.#events.done(take);
    } catch (thrown) {
      if (take.signal.aborted) return;
      const trouble = thrown instanceof TroubleError ? thrown.trouble : faultOf(thrown);
      take.fail(trouble);
      this.#events.trouble(trouble);
    } finally {
      this.#events.changed(take);
    }
  }

  /** Sends the file again for as long as the server has no place for it. */
  async #patiently(take: Take) {
    for (;;) {
      try {
        return await this.#once(take);
      } catch (thrown) {
        const trouble = thrown instanceof TroubleError ? thrown.trouble : undefined;
        if (trouble?.kind !== "busy") throw thrown;
        take.state = "busy";
        take.share = undefined;
        this.#events.changed(take);
        await pause((trouble.retryAfter ?? 5) * 1000, take.signal);
      }
    }
  }

  async #once(take: Take) {
    const { file } = take;
    if (file === undefined) throw new Error("a take of the queue has a file");
    take.state = "sending";
    take.share = 0;
    this.#events.changed(take);
    void durationOf(file).then((duration) => {
      take.duration ??= duration;
    });
    return await transcribeFile(file, this.#settings(), take.signal, {
      sent: (share) => {
        take.state = share < 1 ? "sending" : "hearing";
        take.share = share < 1 ? share : undefined;
        this.#events.changed(take);
      },
      written: (text, segments) => {
        const { duration } = take;
        const heard = segments.at(-1)?.end;
        take.state = "hearing";
        take.share = heard === undefined || !duration ? undefined : Math.min(1, heard / duration);
        take.result = { ...take.result, text, segments: [...segments] };
        this.#events.changed(take);
      },
    });
  }
}

/** A fault of the page itself, told rather than swallowed. */
function faultOf(thrown: unknown): Trouble {
  return troubleOf(500, JSON.stringify({ error: { message: `in this page, ${thrown}` } }), null);
}

/** Resolves after a while. Rejects with the signal's reason. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
