// This folder: what is measured: this program and others, behind one interface.

import { join } from "node:path";
import { AsrError, type AsrErrorCode } from "../../ts/contract/errors.ts";

/** A piece of speech to transcribe. */
export interface Clip {
  seconds: number;
  /** How many tokens to write; null lets the model end by itself. */
  tokens: number | null;
  /** How many copies of it are decoded together; only this program can. Default 1. */
  sessions?: number;
  /** Whether it is heard as a stream, in steps; see recording.ts. */
  isLive?: boolean;
}

/** Milliseconds of one transcription, by stage. */
export interface Run {
  totalMs: number;
  melMs: number;
  encodeMs: number;
  prefillMs: number;
  decodeMs: number;
  /** Of all sessions together. */
  tokens: number;
  /** Resident memory of the process after it, and the most that it ever was, in bytes. */
  rss: number;
  peakRss: number;
  /** What was said, where the weights are real. */
  text?: string;
}

/** What one call of the whole program took: time that passed, and of processors, in ms. */
export interface Heard {
  totalMs: number;
  cpuMs: number;
  /** How many tokens the text has. */
  tokens: number;
}

/** What a subject says once its model is open. */
export interface Opened {
  openMs: number;
  rss: number;
  peakRss: number;
  /** Facts about the implementation, for the result file. */
  about: Readonly<Record<string, string | number>>;
}

/** What it says instead of either when that failed. */
export interface Failure {
  failure: { code: AsrErrorCode; message: string };
}

/**
 * A process that holds one open model and transcribes on demand, so that libraries do not share
 * memory or threads and can take turns. It speaks JSON, a line at a time: `Opened` at first, then a
 * `Run` for each `Clip`. It waits without using the processor, and ends with its standard input.
 */
export class Subject implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #lines: AsyncGenerator<string, undefined>;
  readonly #notes: Promise<string>;
  readonly #name: string;
  opened!: Opened;

  private constructor(name: string, command: string[]) {
    this.#name = name;
    this.#child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    this.#lines = lines(this.#child.stdout);
    this.#notes = this.#child.stderr.text();
  }

  /** Starts the process and waits until its model is open. */
  static async open(name: string, command: string[], limitMs = 600_000): Promise<Subject> {
    const subject = new Subject(name, command);
    try {
      subject.opened = await subject.#answer<Opened>(limitMs);
      return subject;
    } catch (error) {
      await subject[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** One transcription; throws AsrError `native` when it takes longer than `limitMs`. */
  async run<T extends object = Run>(clip: Clip, limitMs = 3_600_000): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(clip)}\n`);
    this.#child.stdin.flush();
    return await this.#answer<T>(limitMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }

  async #answer<T extends object>(limitMs: number): Promise<T> {
    const answer: T | Failure = JSON.parse(await this.#line(limitMs));
    if (!("failure" in answer)) return answer;
    throw new AsrError(answer.failure.code, answer.failure.message);
  }

  async #line(limitMs: number): Promise<string> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#child.kill();
    }, limitMs);
    const step = await this.#lines.next();
    clearTimeout(timer);
    if (!step.done) return step.value;
    if (late) throw new AsrError("native", `${this.#name} took more than ${limitMs / 1000} s`);
    const status = await this.#child.exited;
    const reason = (await this.#notes).trim().split("\n").at(-1) ?? "";
    throw new AsrError("native", `${this.#name} ended with ${status}: ${reason}`);
  }
}

/** The kernel table that this program's model uses in a subject. */
export function kernelsOf({ opened }: Subject): string {
  return String(opened.about["kernels"]);
}

/** The command that runs a script of bench/subjects with this Bun. */
export function subjectCommand(script: string, ...argv: string[]): string[] {
  return [process.execPath, join(import.meta.dir, script), ...argv];
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const found = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = found.pop()!;
    yield* found;
  }
}
