// This folder: the program that records from a microphone, on each platform.

import { AsrError, messageOf } from "../../contract/errors.ts";
import type { PcmStream } from "../pcm.ts";
import { type Device, type Recorder, recordersOf, type System, thisSystem } from "./recorders.ts";

export type { Device } from "./recorders.ts";

/** What is recorded, and how long. */
export interface MicrophoneOptions {
  /** The `id` of one of `devices()`. Default: the system's. */
  device?: string | undefined;
  /** Ends the recording; what was heard until then is transcribed to its end. */
  signal?: AbortSignal | undefined;
}

/**
 * A microphone, as an input to transcribe live: `asr.stream(microphone())`. It is opened when it is
 * first read. Recording is done by ffmpeg on macOS, by parec (PulseAudio, PipeWire) or arecord
 * (ALSA) on Linux. Reading throws AsrError `native` where none is installed and `input` where
 * nothing can be recorded.
 */
export function microphone(
  options: MicrophoneOptions = {},
  system: System = thisSystem(),
): PcmStream {
  return { stream: recorded(options, system), sampleRate: 16_000 };
}

/** The microphones of this system. */
export async function devices(system: System = thisSystem()): Promise<Device[]> {
  const failures: string[] = [];
  for (const { name, list } of await recordersOf(system)) {
    try {
      const child = Bun.spawn(list.command, {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        env: { ...process.env, LC_ALL: "C" },
      });
      // ffmpeg lists on standard error and calls it a failure.
      const text = (await Promise.all([child.stdout.text(), child.stderr.text()])).join("\n");
      const found = list.read(text);
      if (found.length > 0) return found;
      failures.push(`${name}: ${lastLine(text) ?? "lists no device"}`);
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw noMicrophone(failures);
}

/** The first recorder that gives anything is taken. */
async function* recorded(
  { device, signal }: MicrophoneOptions,
  system: System,
): AsyncGenerator<Uint8Array, void, undefined> {
  const failures: string[] = [];
  for (const recorder of await recordersOf(system)) {
    const failure = yield* recordedBy(recorder, device, signal);
    if (failure === undefined) return;
    failures.push(failure);
  }
  throw noMicrophone(failures);
}

/** Returns why nothing at all could be recorded. */
async function* recordedBy(
  { name, command }: Recorder,
  device: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, string | undefined, undefined> {
  const child = Bun.spawn(command(device), {
    // In a process group of its own: an interrupt of the terminal is for us to act on.
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  const stop = () => child.kill();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  let any = false;
  try {
    const errors = child.stderr.text();
    for await (const part of child.stdout) {
      any = true;
      yield part;
    }
    const status = await child.exited;
    if (signal?.aborted) return undefined;
    const why = `${name}: ${lastLine(await errors) ?? `ended with status ${status}`}`;
    if (any) throw new AsrError("input", `the microphone stopped: ${why}`, "check its connection");
    return why;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

function noMicrophone(failures: readonly string[]): AsrError {
  const message = `no microphone can be heard (${failures.join("; ")})`;
  return new AsrError("input", message, "connect one, or choose it with its id");
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1)?.trim() || undefined;
}
