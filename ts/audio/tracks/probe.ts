import { commonFormats, formatsOf } from "../ffmpeg/demuxers.ts";
import { addressOf, fileInput } from "../ffmpeg/ffmpeg.ts";
import { findFfmpeg, startFfmpeg } from "../ffmpeg/program.ts";
import { type AudioTrack, readTracks } from "./tracks.ts";

/** ffmpeg looks at the first megabytes of a file: when that takes so long, it hangs. */
const patienceMs = 60_000;
/** What it has to say of a file is less than this, in bytes; broken ones give it more to say. */
const maxSaid = 1 << 20;

/** The audio tracks of a file; undefined where ffmpeg cannot open it. */
export async function tracksOfFile(
  path: string,
  signal?: AbortSignal,
): Promise<AudioTrack[] | undefined> {
  const program = await findFfmpeg();
  for (const formats of [async () => commonFormats, () => formatsOf(program)]) {
    const said = await saidOf(program, fileInput(addressOf(path), await formats()), signal);
    if (/^Input #0, /m.test(said)) return readTracks(said);
  }
  return undefined;
}

/** What ffmpeg says of its input where it has no output. */
async function saidOf(
  program: string,
  input: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const child = startFfmpeg(program, input, false, signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  const decoder = new TextDecoder();
  let said = "";
  try {
    for await (const bytes of child.stderr) {
      said += decoder.decode(bytes, { stream: true });
      if (said.length > maxSaid) break;
    }
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
  return said;
}
