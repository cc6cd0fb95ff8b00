import { connect } from "node:net";
import { loadAudio } from "../../ts/audio/open.ts";
import { demoSample } from "../../ts/native/locate.ts";
import { field, file, formPieces } from "../../ts/testing/clients/form.ts";
import { wavFile } from "../../ts/testing/wav-writer.ts";
import { centile } from "../centile.ts";
import type { Check, Random, Trials } from "../check.ts";
import { withoutProc } from "../children.ts";
import { pick } from "../random.ts";
import { Served, sampleText } from "../served.ts";

export const check: Check = {
  number: 26,
  title: "clients that leave",
  tries:
    "a client hangs up in the midst of the headers, of its upload, while it waits for its turn, " +
    "while its recording is read, written down or told as events, or of a live stream: nothing " +
    "stays at work, nor a temporary file, after half a second in 95 of 100 cases, and the next " +
    "is served",
  inputs: 200,
  inputsOfTest: 6,
  notRun: withoutProc,
};

const stages = ["headers", "upload", "turn", "work", "events", "live"] as const;

interface Leaving {
  stage: (typeof stages)[number];
  /** How far into the stage, from 0 to 1. */
  part: number;
}

const maxMs = 500;
/** When something else has the machine for a moment, it takes longer. */
const maxBusyMs = 5000;
const boundary = "----leaving";

/** Lets clients leave one server. */
export async function open(folder: string): Promise<Trials<Leaving>> {
  const server = await Served.start(folder);
  const minutes = await longRecording();
  const times: number[] = [];

  async function judge({ stage, part }: Leaving, index: number): Promise<string | undefined> {
    await leave(stage, part);
    const ms = await server.idleAfter(maxBusyMs);
    if (ms === undefined) return `${await server.atWork()} still at work, or a file stays`;
    times.push(ms);
    const { text } = (await (await server.send()).json()) as { text: string };
    if (text !== sampleText) return `the next one got ${text}`;
    const slow = centile(times, 95);
    const isLast = index === check.inputs - 1;
    return isLast && slow > maxMs ? `it took ${slow.toFixed(0)} ms` : undefined;
  }

  async function leave(stage: Leaving["stage"], part: number): Promise<void> {
    if (stage === "live") return await leaveLive(part);
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) }).on("error", () => {});
    // Others hold the places meanwhile, so that one waits.
    const others = new AbortController();
    const busy = stage === "turn" ? Array.from({ length: 9 }, () => hold(others.signal)) : [];
    if (busy.length > 0) await Bun.sleep(200);
    const { head, body } = formOf(stage === "events");
    if (stage === "headers") socket.write(head.slice(0, Math.floor(head.length * part)));
    else {
      socket.write(head);
      const isWhole = stage !== "upload";
      socket.write(isWhole ? body : body.subarray(0, Math.floor(body.length * part)));
    }
    await Bun.sleep(stage === "headers" ? 10 : 20 + 400 * part);
    socket.destroy();
    others.abort();
    await Promise.all(busy);
  }

  async function hold(signal: AbortSignal): Promise<void> {
    await server.send({}, { file: new Blob([minutes]), signal }).catch(() => {});
  }

  function formOf(isStreamed: boolean): { head: string; body: Uint8Array } {
    const fields = isStreamed ? [field("stream", "true")] : [];
    const body = Buffer.concat(
      formPieces(boundary, [...fields, file(minutes, "talk.wav", "audio/wav")]),
    );
    const head =
      "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\n" +
      `Content-Type: multipart/form-data; boundary=${boundary}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n`;
    return { head, body };
  }

  async function leaveLive(part: number): Promise<void> {
    const url = `${server.url.replace("http", "ws")}/v1/realtime?intent=transcription`;
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const audio = Buffer.from(minutes.subarray(44, 44 + 160_000)).toString("base64");
    socket.send(JSON.stringify({ type: "input_audio_buffer.append", audio }));
    if (part > 0.5) socket.send(JSON.stringify({ type: "input_audio_buffer.commit" }));
    await Bun.sleep(300 * part);
    socket.terminate();
  }

  const input = (random: Random): Leaving => ({ stage: pick(random, stages), part: random() });
  const figures = () => {
    const [half, most, all] = [50, 95, 100].map((part) => centile(times, part).toFixed(0));
    return [`idle after ${half} ms in half of the cases, ${most} ms in 95 of 100, ${all} at most`];
  };
  return { input, judge, figures, close: async () => void (await server.end()) };
}

/** The sample again and again, for four minutes. */
async function longRecording(): Promise<Uint8Array> {
  const { samples } = await loadAudio(demoSample);
  const data = new Int16Array(240 * 16_000);
  for (let i = 0; i < data.length; i++) data[i] = 32_767 * samples[i % samples.length]!;
  return wavFile({ data: new Uint8Array(data.buffer) });
}
