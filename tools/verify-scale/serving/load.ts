import { readFileSync } from "node:fs";
import { demoSample } from "../../../ts/native/locate.ts";

/** One request, as its client saw it. */
export interface Outcome {
  /** 0 where the connection broke. */
  status: number;
  /** Whether the answer is what was said. */
  isRight: boolean;
  retryAfter: string | null;
  milliseconds: number;
  /** How often it was sent. */
  attempts: number;
}

export interface Load {
  url: string;
  clients: number;
  /** All of them; or until it is true. */
  requests: number | (() => boolean);
  /** What is uploaded, or how many bytes of the demo's recording and silence. */
  upload: number | Uint8Array<ArrayBuffer>;
  /** How often a client tries again what failed with 5xx. Default 0. */
  retries?: number;
  /** Is told of each answer. */
  onAnswer?: (answered: number) => void;
}

/** The demo's recording with silence behind it, as a WAV file of so many bytes at least. */
export function recording(bytes: number): Uint8Array<ArrayBuffer> {
  const sample = readFileSync(demoSample);
  const file = new Uint8Array(Math.max(bytes, sample.length));
  file.set(sample);
  const view = new DataView(file.buffer);
  view.setUint32(4, file.length - 8, true);
  view.setUint32(sample.indexOf("data") + 4, file.length - sample.indexOf("data") - 8, true);
  return file;
}

/** Clients that send one recording after the other. */
export async function load(options: Load): Promise<Outcome[]> {
  const { clients, requests, url, upload, retries = 0, onAnswer } = options;
  const file = typeof upload === "number" ? recording(upload) : upload;
  const outcomes: Outcome[] = [];
  let begun = 0;
  const isOver = typeof requests === "number" ? () => begun >= requests : requests;
  const client = async () => {
    while (!isOver()) {
      begun++;
      outcomes.push(await send(url, file, retries));
      onAnswer?.(outcomes.length);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return outcomes;
}

/** Sends a recording, and again where the server or the way to it failed. */
async function send(url: string, file: Uint8Array<ArrayBuffer>, retries: number): Promise<Outcome> {
  const started = performance.now();
  for (let attempts = 1; ; attempts++) {
    const answer = await post(url, file);
    const milliseconds = performance.now() - started;
    const isFailed = answer.status === 0 || answer.status >= 500;
    if (!isFailed || attempts > retries) return { ...answer, milliseconds, attempts };
    await Bun.sleep(1000 * Number(answer.retryAfter ?? 1));
  }
}

async function post(
  url: string,
  file: Uint8Array<ArrayBuffer>,
): Promise<Pick<Outcome, "status" | "isRight" | "retryAfter">> {
  const body = new FormData();
  body.set("file", new Blob([file]), "talk");
  try {
    const response = await fetch(`${url}/v1/audio/transcriptions`, { method: "POST", body });
    const text = await response.text();
    const isRight = text.includes("Turn on the light in the kitchen.");
    return { status: response.status, isRight, retryAfter: response.headers.get("retry-after") };
  } catch {
    return { status: 0, isRight: false, retryAfter: null };
  }
}

/** As in `198 x 200, 2 x 502`. */
export function statuses(outcomes: readonly Outcome[]): string {
  const counts = Map.groupBy(outcomes, ({ status }) => status);
  return Array.from(counts, ([status, those]) => `${those.length} x ${status}`).join(", ");
}

/** The value below which a share of all lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
