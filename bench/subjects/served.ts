import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { wavFile } from "../../ts/testing/wav-writer.ts";
import { subjectCommand } from "./subject.ts";
import { watchedHealth } from "./watched-health.ts";

/** What a server says of its queue at `/health`. */
interface Queue {
  running: number;
  waiting: number;
}

/** Seconds that recordings took so far, by stage, as `/metrics` tells. */
export type StageSeconds = Record<"audio" | "mel" | "encode" | "prefill" | "decode", number>;

/** A server in a process of its own, and its client. */
export class ServedModel implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #url: string;
  readonly kernels: string;

  private constructor(
    child: Bun.Subprocess<"pipe", "pipe", "inherit">,
    { url, kernels }: { url: string; kernels: string },
  ) {
    this.#child = child;
    this.#url = url;
    this.kernels = kernels;
  }

  /** Starts a server. Each recording gets so many tokens; 0: the model ends by itself. */
  static async start(folder: string, tokens: number, places: number): Promise<ServedModel> {
    const command = subjectCommand("server.ts", folder, String(tokens), String(places));
    const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    for await (const line of child.stdout.pipeThrough(new TextDecoderStream())) {
      return new ServedModel(child, JSON.parse(line));
    }
    throw new AsrError("native", `the server ended with ${await child.exited}`);
  }

  /** Sends a recording. Resolves to the status of the answer when that is complete. */
  async transcribe(recording: Blob, signal?: AbortSignal): Promise<Response> {
    const body = new FormData();
    body.append("model", "whisper-1");
    body.append("file", recording, "speech.wav");
    const url = new URL("/v1/audio/transcriptions", this.#url);
    const response = await fetch(url, { method: "POST", body, ...(signal && { signal }) });
    await response.clone().arrayBuffer();
    return response;
  }

  async queue(): Promise<Queue> {
    const response = await fetch(new URL("/health", this.#url));
    const { queue } = (await response.json()) as { queue: Queue };
    return queue;
  }

  /** Asks again and again until the queue is so. Resolves to milliseconds. */
  async until(isSo: (queue: Queue) => boolean): Promise<number> {
    const started = performance.now();
    while (!isSo(await this.queue())) await Bun.sleep(1);
    return performance.now() - started;
  }

  /** Asks for its health all the time until `work` is done. Resolves to milliseconds. */
  async watchedDuring(work: () => Promise<unknown>): Promise<number[]> {
    return await watchedHealth(this.#url, work);
  }

  async stages(): Promise<StageSeconds> {
    const text = await (await fetch(new URL("/metrics", this.#url))).text();
    const samples = text.matchAll(/^bun_asr_processing_seconds_total\{.*stage="(\w+)"\} (\S+)$/gm);
    return Object.fromEntries([...samples].map(([, stage, seconds]) => [stage, Number(seconds)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}

/** Speech as a WAV file of so many seconds. */
export function recordingOf(seconds: number): Blob {
  const samples = speech(Math.round(seconds * sampleRate));
  const data = new Uint8Array(Int16Array.from(samples, (sample) => sample * 32_767).buffer);
  return new Blob([wavFile({ data })], { type: "audio/wav" });
}
