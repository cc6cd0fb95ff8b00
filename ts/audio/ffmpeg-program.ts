import { AsrError } from "../contract/errors.ts";
import { fetchedFfmpeg, isClone } from "../native/locate.ts";

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

/** ffmpeg as it runs: its output is read, and where `feeds` is true, its input is written. */
export function startFfmpeg(program: string, options: readonly string[], feeds: boolean) {
  try {
    return Bun.spawn([program, ...(feeds ? [] : ["-nostdin"]), "-hide_banner", ...options], {
      stdin: feeds ? "pipe" : "ignore",
      stdout: "pipe",
      stderr: "pipe",
      // Colours would stand between us and the levels of its lines.
      env: { ...process.env, AV_LOG_FORCE_NOCOLOR: "1" },
    });
  } catch (error) {
    const hint = "set FFMPEG to a working ffmpeg, or unset it";
    throw new AsrError("native", `${program}: cannot be run`, hint, { cause: error });
  }
}
