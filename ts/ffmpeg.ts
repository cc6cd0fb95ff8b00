import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AsrError } from "./errors.ts";
import { longestSeconds, sampleRate, tooLong } from "./recording.ts";
import { depsFolder } from "./setup/folders.ts";
import { ffmpegWheel } from "./setup/pins.ts";
import { installWheels } from "./setup/wheels.ts";

/** Decoding runs hundreds of times faster than real time: beyond this it hangs. */
const timeLimitMs = 10 * 60_000;

/**
 * Containers of one recording. Playlists and scripts are left out: they make ffmpeg open other
 * files.
 */
const containers =
  "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,eac3,flac,flv,gsm,loas,m4v,matroska,webm," +
  "mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,ogg,rm,shn,tak,tta,voc,w64,wav,wv,xwma,f32le";

/** Decodes the first audio stream of a file to mono at 16 kHz. */
export function decodeFile(path: string): Promise<Float32Array<ArrayBuffer>> {
  return decode(resolve(path), path, []);
}

/**
 * Decodes the bytes of a file. They go through a temporary file, because MP4 cannot be read from a
 * pipe.
 */
export function decodeBytes(bytes: Uint8Array, name: string): Promise<Float32Array<ArrayBuffer>> {
  return withTemporaryFile(bytes, (path) => decode(path, name, []));
}

/** Brings mono samples of another rate to 16 kHz. */
export function decodeSamples(
  samples: Float32Array<ArrayBuffer>,
  rate: number,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const format = ["-f", "f32le", "-ar", String(rate), "-ac", "1"];
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return withTemporaryFile(bytes, (path) => decode(path, name, format));
}

async function withTemporaryFile<T>(
  bytes: Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> {
  // Only the owner can enter a folder of mkdtemp.
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-"));
  try {
    const path = join(folder, "audio");
    await writeFile(path, bytes, { mode: 0o600 });
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function decode(
  path: string,
  name: string,
  format: readonly string[],
): Promise<Float32Array<ArrayBuffer>> {
  const program = await findFfmpeg();
  const guard = ["-protocol_whitelist", "file", "-format_whitelist", containers];
  const input = [...guard, ...format, "-vn", "-sn", "-dn", "-i", `file:${path}`];
  const output = ["-map", "0:a:0", "-f", "f32le", "-ac", "1", "-ar", String(sampleRate), "pipe:1"];
  const command = [program, "-nostdin", "-hide_banner", "-v", "error", ...input, ...output];
  const child = spawn(command, program);
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeLimitMs);
  try {
    const errors = child.stderr.text();
    const samples = await collect(child.stdout, name);
    const status = await child.exited;
    if (status === 0) return samples;
    const why = late ? "ffmpeg took too long" : await reason(errors, status, path, name);
    throw new AsrError("input", `${name}: cannot be decoded: ${why}`);
  } finally {
    clearTimeout(deadline);
    child.kill("SIGKILL");
  }
}

function spawn(command: string[], program: string) {
  try {
    return Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  } catch (error) {
    const hint = "set FFMPEG to a working ffmpeg, or unset it";
    throw new AsrError("native", `${program}: cannot be run`, hint, { cause: error });
  }
}

/**
 * Reads samples as they come, so that a small file which unpacks to days of audio stops at the
 * limit.
 */
async function collect(
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const limit = longestSeconds * sampleRate * Float32Array.BYTES_PER_ELEMENT;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) throw tooLong(name);
  }
  const bytes = new Uint8Array(length - (length % Float32Array.BYTES_PER_ELEMENT));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at += chunk.length;
  }
  return new Float32Array(bytes.buffer);
}

async function reason(
  errors: Promise<string>,
  status: number,
  path: string,
  name: string,
): Promise<string> {
  const lines = (await errors).trim().split("\n");
  const last = lines
    .at(-1)
    ?.replaceAll(`file:${path}`, name)
    .replace(/^\[[^\]]*\]\s*/, "");
  return last || `ffmpeg ended with status ${status}`;
}

/** $FFMPEG, else the one on PATH, else the one under .deps/, which is fetched at the first need. */
export async function findFfmpeg(): Promise<string> {
  const wanted = process.env["FFMPEG"];
  if (wanted) {
    const found = Bun.which(wanted);
    if (found !== null) return found;
    const hint = "set FFMPEG to a working ffmpeg, or unset it";
    throw new AsrError("native", `FFMPEG=${wanted} is not a program`, hint);
  }
  return Bun.which("ffmpeg") ?? (await fetchedFfmpeg());
}

async function fetchedFfmpeg(): Promise<string> {
  try {
    await installWheels([ffmpegWheel], (line) => process.stderr.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    const message = `audio other than WAV at 16 kHz needs ffmpeg: ${error.message}`;
    throw new AsrError("native", message, "install ffmpeg (Debian: apt install ffmpeg)");
  }
  const folder = join(depsFolder, "imageio_ffmpeg/binaries");
  const names = existsSync(folder) ? await readdir(folder) : [];
  const program = names.find((name) => name.startsWith("ffmpeg-"));
  if (program === undefined) throw new AsrError("native", `${folder}: holds no ffmpeg`);
  return join(folder, program);
}
