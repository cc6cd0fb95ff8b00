import { addressOf, fileInput } from "./ffmpeg.ts";
import { commonFormats, formatsOf } from "./ffmpeg-formats.ts";
import { findFfmpeg, startFfmpeg } from "./ffmpeg-program.ts";
import { type AudioTrack, readTracks } from "./tracks.ts";

/** The audio tracks of a file; undefined where ffmpeg cannot open it. */
export async function tracksOfFile(path: string): Promise<AudioTrack[] | undefined> {
  const program = await findFfmpeg();
  return (
    (await told(program, path, commonFormats)) ??
    (await told(program, path, await formatsOf(program)))
  );
}

async function told(
  program: string,
  path: string,
  formats: string,
): Promise<AudioTrack[] | undefined> {
  // Without an output ffmpeg only says what its input is.
  const child = startFfmpeg(program, fileInput(addressOf(path), formats), false);
  const said = await child.stderr.text();
  return /^Input #0, /m.test(said) ? readTracks(said) : undefined;
}
