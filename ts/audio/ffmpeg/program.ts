import { AsrError } from "../../contract/errors.ts";
import { fetchedFfmpeg, isClone } from "../../native/locate.ts";
import { doctorHint } from "../../native/program.ts";

const anotherHint = `set FFMPEG to a working ffmpeg, or unset it; ${doctorHint}`;

/** $FFMPEG, else the one on PATH, else the one that a clone's set-up fetched. */
export async function findFfmpeg(): Promise<string> {
  const wanted = process.env["FFMPEG"];
  if (wanted) {
    const found = Bun.which(wanted);
    if (found !== null) return found;
    throw new AsrError("native", `FFMPEG=${wanted} is not a program`, anotherHint);
  }
  const found = Bun.which("ffmpeg") ?? fetchedFfmpeg();
  if (found !== undefined) return found;
  const fetch = isClone ? ", or fetch one: ./bunw run setup" : "";
  throw new AsrError(
    "native",
    "audio other than WAV at 16 kHz needs ffmpeg, and none was found",
    `install it (Debian: apt install ffmpeg)${fetch}; ${doctorHint}`,
  );
}

/**
 * ffmpeg as it runs: its output is read, and where `feeds` is true, its input is written. It is
 * killed when the signal comes.
 */
export function startFfmpeg(
  program: string,
  options: readonly string[],
  feeds: boolean,
  signal?: AbortSignal,
) {
  signal?.throwIfAborted();
  try {
    return Bun.spawn([program, ...(feeds ? [] : ["-nostdin"]), "-hide_banner", ...options], {
      stdin: feeds ? "pipe" : "ignore",
      stdout: "pipe",
      stderr: "pipe",
      ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" }),
      // In a process group of its own: an interrupt of the terminal is for us to act on, and what
      // is being decoded may be finished after it.
      detached: true,
      // Colours would stand between us and the levels of its lines.
      env: { ...process.env, AV_LOG_FORCE_NOCOLOR: "1" },
    });
  } catch (error) {
    throw new AsrError("native", `${program}: cannot be run`, anotherHint, { cause: error });
  }
}

/** Options of ffmpeg's resampler, by program. */
const resamplers = new Map<string, string>();

/**
 * The options with which an ffmpeg resamples as the official pipeline does: with soxr its samples
 * are the same. Few are built without it; their own resampler comes near with a long filter.
 */
export async function resamplerOf(program: string): Promise<string> {
  const known = resamplers.get(program);
  if (known !== undefined) return known;
  const child = startFfmpeg(program, ["-buildconf"], false);
  const said = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const hasSoxr = said.join().includes("--enable-libsoxr");
  const options = hasSoxr ? "resampler=soxr" : "filter_size=256:cutoff=0.96";
  resamplers.set(program, options);
  return options;
}
