import { Problem } from "../http/problem.ts";
import { type PartHead, partHead } from "./part-head.ts";

/** What comes of a form: parts one behind the other, each with its bytes as they arrive. */
export type FormEvent =
  | { type: "part"; head: PartHead }
  /** Bytes of the open part, borrowed until the next event is asked for. */
  | { type: "bytes"; bytes: Uint8Array }
  | { type: "end" };

/** Most bytes of the header lines of a part. */
const maxHeadBytes = 16_384;

/** So many bytes are looked at together; what is kept of them is always less. */
const windowLength = 131_072;

/** Most blanks behind a boundary that are taken for padding. */
const maxPadding = 256;

const [tab, newline, carriageReturn, space, dash] = [9, 10, 13, 32, 45] as const;

/** What stands behind a boundary. */
type Behind =
  /** Blanks and the end of its line, which comes in two ways. */
  | { kind: "part"; padding: number; lineEnd: "\r\n" | "\n" }
  /** Two dashes: it is the last. */
  | { kind: "close" }
  /** Something else: it is no boundary. */
  | { kind: "other" }
  /** That has not come yet. */
  | { kind: "unknown" };

/**
 * Takes a body of `multipart/form-data` apart while it comes, in chunks that are cut anywhere.
 * Keeps no more than the header lines of a part, or a boundary. All lines have to end as that of
 * the first boundary does: with CRLF, or with LF, as from clients that write bodies by hand.
 */
export class MultipartParser {
  #state: "preamble" | "head" | "empty line" | "body" | "epilogue" = "preamble";
  #lineEnd: "\r\n" | "\n" | undefined;
  /** The end of a line and the boundary, which end a part together. */
  #delimiter: Buffer;
  /** Used again and again: memory that comes and goes with each chunk is collected late. */
  readonly #window = Buffer.allocUnsafe(windowLength);
  /** What is not understood yet, of the window. The first boundary needs no line before it. */
  #rest: Buffer = Buffer.from("\n");

  /** `boundary` is that of the content type. */
  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\n--${boundary}`, "latin1");
  }

  /** Whether the last boundary has come; what stands behind it is of no matter. */
  get isClosed(): boolean {
    return this.#state === "epilogue";
  }

  /** Throws `Problem` 400 where the form is broken. */
  *push(chunk: Uint8Array): Generator<FormEvent, void, undefined> {
    for (let at = 0; at < chunk.length; ) {
      const kept = this.#rest.copy(this.#window);
      const added = chunk.subarray(at, at + windowLength - kept);
      this.#window.set(added, kept);
      this.#rest = this.#window.subarray(0, kept + added.length);
      at += added.length;
      yield* this.#steps();
    }
  }

  *#steps(): Generator<FormEvent, void, undefined> {
    for (;;) {
      const step = this.#step();
      if (step === "more") return;
      if (step !== "on") yield step;
    }
  }

  /** An event; or `on` where there is none but the next step may have one, or `more` bytes. */
  #step(): FormEvent | "on" | "more" {
    switch (this.#state) {
      case "preamble":
        return this.#preamble();
      case "head":
        return this.#head();
      case "empty line":
        return this.#emptyLine();
      case "body":
        return this.#body();
      case "epilogue":
        this.#rest = Buffer.alloc(0);
        return "more";
    }
  }

  #preamble(): "on" | "more" {
    const { at, behind } = this.#boundary();
    this.#rest = this.#rest.subarray(at);
    if (behind.kind === "unknown") return "more";
    this.#pass(behind);
    if (behind.kind === "part") {
      this.#lineEnd = behind.lineEnd;
      const first = behind.lineEnd === "\r\n" ? "\r" : "";
      this.#delimiter = Buffer.concat([Buffer.from(first), this.#delimiter]);
    }
    return "on";
  }

  /** The line end before it is still there, so that a head without lines is like others. */
  #head(): FormEvent | "more" {
    const { length } = this.#end;
    const end = this.#rest.indexOf(this.#end + this.#end);
    if ((end < 0 ? this.#rest.length : end) > maxHeadBytes) {
      throw new Problem(400, `the header lines of a part have more than ${maxHeadBytes} bytes`);
    }
    if (end < 0) return "more";
    const head = partHead(this.#rest.subarray(Math.min(length, end), end));
    this.#rest = this.#rest.subarray(end + length);
    this.#state = "empty line";
    return { type: "part", head };
  }

  /** It may be the one before a boundary: some parts have no bytes and no line for them. */
  #emptyLine(): "on" | "more" {
    if (this.#rest.length < this.#delimiter.length) return "more";
    const isBoundary = this.#rest.indexOf(this.#delimiter) === 0;
    const behind = isBoundary ? this.#behind(this.#delimiter.length) : undefined;
    if (behind?.kind === "unknown") return "more";
    if (behind === undefined || behind.kind === "other") {
      this.#rest = this.#rest.subarray(this.#end.length);
    }
    this.#state = "body";
    return "on";
  }

  #body(): FormEvent | "more" {
    const { at, behind } = this.#boundary();
    if (at > 0) {
      const bytes = this.#rest.subarray(0, at);
      this.#rest = this.#rest.subarray(at);
      return { type: "bytes", bytes };
    }
    if (behind.kind === "unknown") return "more";
    this.#pass(behind);
    return { type: "end" };
  }

  /** Goes on behind the boundary at which the rest begins. */
  #pass(behind: Behind): void {
    if (behind.kind === "part") {
      this.#rest = this.#rest.subarray(this.#delimiter.length + behind.padding);
      this.#state = "head";
    } else {
      this.#state = "epilogue";
    }
  }

  /** Where the first boundary of the rest may begin; without one, where it might at its end. */
  #boundary(): { at: number; behind: Behind } {
    const { length } = this.#delimiter;
    let at = this.#rest.indexOf(this.#delimiter);
    while (at >= 0) {
      const behind = this.#behind(at + length);
      if (behind.kind !== "other") return { at, behind };
      at = this.#rest.indexOf(this.#delimiter, at + length);
    }
    return { at: Math.max(0, this.#rest.length - length + 1), behind: { kind: "unknown" } };
  }

  #behind(start: number): Behind {
    const rest = this.#rest;
    if (rest[start] === dash) {
      if (start + 1 === rest.length) return { kind: "unknown" };
      return { kind: rest[start + 1] === dash ? "close" : "other" };
    }
    let at = start;
    while (rest[at] === space || rest[at] === tab) at++;
    if (at - start > maxPadding) return { kind: "other" };
    if (at === rest.length) return { kind: "unknown" };
    const isReturn = rest[at] === carriageReturn;
    if (isReturn && at + 1 === rest.length) return { kind: "unknown" };
    if (rest[isReturn ? at + 1 : at] !== newline) return { kind: "other" };
    const lineEnd = isReturn ? "\r\n" : "\n";
    const isLine = this.#lineEnd === undefined || this.#lineEnd === lineEnd;
    return isLine ? { kind: "part", padding: at - start, lineEnd } : { kind: "other" };
  }

  /** The end of a line; what is read before it is known needs none. */
  get #end(): string {
    return this.#lineEnd ?? "\n";
  }
}
