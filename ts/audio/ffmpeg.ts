import { resolve } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { fetchedFfmpeg, isClone } from "../native/locate.ts";
import { type AudioRemarks, type Samples, sampleRate } from "./recording.ts";

/** ffmpeg is hundreds of times faster than real time: when nothing comes for so long, it hangs. */
const silenceLimitMs = 60_000;

/**
 * Containers of one recording. Playlists and scripts are left out: they make ffmpeg open other
 * files.
 */
const containers =
  "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,eac3,flac,flv,gsm,loas,m4v,matroska,webm," +
  "mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,ogg,rm,shn,tak,tta,voc,w64,wav,wv,xwma,f32le";

const guard = (protocol: "file" | "pipe") => [
  "-protocol_whitelist",
  protocol,
  "-format_whitelist",
  containers,
];

/**
 * The first audio stream of a file, mono at 16 kHz. ffmpeg waits when nobody asks for samples, and
 * ends when the generator does. What it leaves out because it is damaged becomes a loss.
 */
export async function* decodedFile(
  path: string,
  name: string,
  remarks: AudioRemarks,
): AsyncGenerator<Samples> {
  const inputPath = `file:${resolve(path)}`;
  const input = [...guard("file"), "-vn", "-sn", "-dn", "-i", inputPath];
  const said = yield* decoded(input, name, (line) => line.replaceAll(inputPath, name));
  if (said !== "") remarks.losses.push(`parts could not be decoded: ${said}`);
}

/** Mono samples of another rate, brought to 16 kHz as they come. */
export async function* resampled(
  blocks: AsyncIterable<Samples>,
  rate: number,
  name: string,
): AsyncGenerator<Samples> {
  const input = [...guard("pipe"), "-f", "f32le", "-ar", String(rate), "-ac", "1", "-i", "pipe:0"];
  yield* decoded(input, name, (line) => line, blocks);
}

/**
 * The first audio stream of a file whose bytes come in parts, as they come. The formats that need
 * their end to be read, such as most MP4 files, cannot be read so.
 */
export async function* decodedStream(
  parts: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Samples> {
  // Not `-fflags nobuffer`: it throws away what was looked at to find out the format.
  const soon = ["-probesize", "32768", "-analyzeduration", "1000000"];
  const input = [...guard("pipe"), ...soon, "-vn", "-sn", "-dn", "-i", "pipe:0"];
  yield* decoded(input, name, (line) => line, parts, Number.POSITIVE_INFINITY);
}

async function* decoded(
  input: readonly string[],
  name: string,
  shown: (line: string) => string,
  blocks?: AsyncIterable<Samples | Uint8Array>,
  patienceMs: number = silenceLimitMs,
): AsyncGenerator<Samples, string> {
  const program = await findFfmpeg();
  const format = ["-f", "f32le", "-ac", "1", "-ar", String(sampleRate)];
  const output = ["-map", "0:a:0", ...format, "-flush_packets", "1", "pipe:1"];
  const stdin = blocks === undefined ? ["-nostdin"] : [];
  const command = [program, ...stdin, "-hide_banner", "-v", "error", ...input, ...output];
  const child = spawn(command, program, blocks !== undefined);
  try {
    const errors = child.stderr.text();
    let sourceFailure: { error: unknown } | undefined;
    const fed = feed(child, blocks).catch((error: unknown) => {
      sourceFailure = { error };
    });
    const reader = child.stdout.getReader();
    const aligned = new WholeSamples();
    for (;;) {
      const part = await inTime(reader.read(), patienceMs, name);
      if (part.done) break;
      const samples = aligned.push(part.value);
      if (samples.length > 0) yield samples;
    }
    const status = await child.exited;
    if (status === 0) await fed;
    // What ffmpeg says of bytes that stop short hides why they do.
    if (sourceFailure !== undefined) throw sourceFailure.error;
    const lines = (await errors).trim().split("\n");
    if (status === 0) return shown(withoutAddress(lines.at(-1) ?? ""));
    const why = reason(lines, status, child.signalCode);
    throw new AsrError("input", `${name}: cannot be decoded: ${shown(why)}`);
  } finally {
    child.kill("SIGKILL");
  }
}

function spawn(command: string[], program: string, feeds: boolean) {
  try {
    return Bun.spawn(command, {
      stdin: feeds ? "pipe" : "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  } catch (error) {
    const hint = "set FFMPEG to a working ffmpeg, or unset it";
    throw new AsrError("native", `${program}: cannot be run`, hint, { cause: error });
  }
}

async function feed(
  { stdin }: ReturnType<typeof spawn>,
  blocks: AsyncIterable<Samples | Uint8Array> | undefined,
): Promise<void> {
  if (blocks === undefined || stdin === undefined || typeof stdin === "number") return;
  try {
    for await (const block of blocks) {
      try {
        stdin.write(block);
        await stdin.flush();
      } catch {
        // It has ended: its status says why.
        return;
      }
    }
  } finally {
    await stdin.end();
  }
}

async function inTime<T>(read: Promise<T>, patienceMs: number, name: string): Promise<T> {
  if (patienceMs === Number.POSITIVE_INFINITY) return await read;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const why = `${name}: cannot be decoded: ffmpeg gave nothing for ${patienceMs / 1000} s`;
  const timer = setTimeout(() => reject(new AsrError("input", why)), patienceMs);
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Pipes cut where they like: the bytes of a sample that is not whole wait for the rest. */
class WholeSamples {
  #rest: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): Samples {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const whole = all.length - (all.length % Float32Array.BYTES_PER_ELEMENT);
    this.#rest = new Uint8Array(all.subarray(whole));
    return new Float32Array(new Uint8Array(all.subarray(0, whole)).buffer);
  }
}

/** ffmpeg's own last words. */
function reason(lines: readonly string[], status: number, signal: string | number | null): string {
  const last = withoutAddress(lines.at(-1) ?? "");
  if (signal !== null) return `ffmpeg was ended by ${signal}`;
  return last || `ffmpeg ended with status ${status}`;
}

/** A line of ffmpeg without the address of what says it, as in `[mp3 @ 0x55d1c8] `. */
function withoutAddress(line: string): string {
  return line.replace(/^(?:\[[^\]]*\]\s*)+/, "");
}

/** $FFMPEG, else the one on PATH, else the one that a clone's set-up fetched. */
export async function findFfmpeg(): Promise<string> {
  const wanted = process.env["FFMPEG"];
  if (wanted) {
    const found = Bun.which(wanted);
    if (found !== null) return found;
    const hint = "set FFMPEG to a working ffmpeg, or unset it";
    throw new AsrError("native", `FFMPEG=${wanted} is not a program`, hint);
  }
  const found = Bun.which("ffmpeg") ?? fetchedFfmpeg();
  if (found !== undefined) return found;
  const fetch = isClone ? ", or fetch one: ./bunw run setup" : "";
  throw new AsrError(
    "native",
    "audio other than WAV at 16 kHz needs ffmpeg, and none was found",
    `install it (Debian: apt install ffmpeg)${fetch}`,
  );
}
