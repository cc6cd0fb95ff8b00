import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AudioInput } from "../audio/input.ts";
import { type Samples, sampleRate } from "../audio/samples/recording.ts";
import { pcm16Wav } from "./wav-writer.ts";

/** A WAV header as `pcm16Wav` writes it, in bytes. */
const headerLength = 44;

/** The same audio as every kind of input; each function makes a fresh one. */
export interface EveryInput extends Disposable {
  kinds: Readonly<Record<string, () => AudioInput>>;
}

/** Writes these samples to a file, which lives until the result is disposed of. */
export function everyInput(samples: Samples): EveryInput {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-inputs-"));
  const path = join(folder, "audio.wav");
  const wav = new Uint8Array(pcm16Wav(samples));
  const pcm = wav.subarray(headerLength);
  writeFileSync(path, wav);
  return {
    kinds: {
      "a path": () => path,
      "a file: URL": () => pathToFileURL(path),
      "Bun.file": () => Bun.file(path),
      "a Blob": () => new Blob([wav]),
      "a Response": () => new Response(slowly(wav)),
      "an ArrayBuffer": () => wav.slice().buffer,
      "a Uint8Array": () => wav,
      "a ReadableStream": () => slowly(wav),
      "a generator of bytes": () => parts(wav, 32_000, 5),
      "plain samples": () => ({ stream: parts(pcm, 16_000), sampleRate }),
      "plain samples, paced": () => ({ stream: parts(pcm, 32_000, 10), sampleRate }),
      samples: () => ({ samples, sampleRate }),
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function slowly(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const source = parts(bytes, 32_000, 5);
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** Bytes in parts of some length, with a pause before each. */
export async function* parts(
  bytes: Uint8Array,
  length: number,
  pauseMs = 0,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += length) {
    if (pauseMs > 0) await Bun.sleep(pauseMs);
    yield bytes.subarray(at, at + length);
  }
}
