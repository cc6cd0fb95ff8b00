/** What ffmpeg says of its input before it decodes it. */
export interface InputFacts {
  /** Names of the format, as in `mov,mp4,m4a,3gp,3g2,mj2`. */
  format: string;
  /** In seconds; undefined where only reading tells. */
  duration: number | undefined;
  /** The first time stamp of any stream, in seconds; undefined where there are none. */
  start: number | undefined;
}

/** With these ffmpeg says what `FfmpegLog` reads. */
export const logOptions = ["-nostats", "-v", "level+info"] as const;

/** Enough to say what is wrong; a file can be broken in a million places. */
const maxErrors = 200;
const maxLineLength = 2000;

/** Reads what ffmpeg writes to standard error while it works. */
export class FfmpegLog {
  /** Errors without their level, oldest first; complete when `end` has come. */
  readonly errors: string[] = [];
  /** Comes as soon as ffmpeg has opened its input, at the latest when it ends. */
  readonly facts: Promise<InputFacts>;
  readonly end: Promise<void>;
  readonly #found = Promise.withResolvers<InputFacts>();
  #format = "";
  #hasLevels = false;

  constructor(stderr: ReadableStream<Uint8Array>) {
    this.facts = this.#found.promise;
    this.end = this.#read(stderr).finally(() => this.#tell(undefined, undefined));
  }

  async #read(stderr: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of stderr) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = (lines.pop() ?? "").slice(0, maxLineLength);
      for (const line of lines) this.#line(line);
    }
    if (rest !== "") this.#line(rest);
  }

  #line(line: string): void {
    const [, context = "", level, said = line] = levelled.exec(line.slice(0, maxLineLength)) ?? [];
    if (level === undefined) {
      // The values of metadata have lines of their own; what is no ffmpeg has no levels.
      if (!this.#hasLevels && said.trim() !== "") this.#error(said);
      return;
    }
    this.#hasLevels = true;
    if (level === "info") this.#info(said);
    else if (level !== "warning") this.#error(context + said);
  }

  #error(line: string): void {
    if (this.errors.length === maxErrors) this.errors.splice(maxErrors / 2, 1);
    this.errors.push(line);
  }

  #info(line: string): void {
    this.#format ||= /^Input #0, (\S+), from /.exec(line)?.[1] ?? "";
    const times = /^ {2}Duration: (?:N\/A|([\d:.]+))(?:, start: (-?[\d.]+))?/.exec(line);
    if (times !== null) this.#tell(seconds(times[1]), numberOf(times[2]));
  }

  #tell(duration: number | undefined, start: number | undefined): void {
    this.#found.resolve({ format: this.#format, duration, start });
  }
}

/** As in `[aac @ 0x55d1c8] [error] Input buffer exhausted`. */
const levelled = /^((?:\[[^\]]* @ [^\]]*\] *)*)\[(panic|fatal|error|warning|info)\] (.*)$/;

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Of `01:02:03.45`. */
function seconds(text: string | undefined): number | undefined {
  return text?.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
}
