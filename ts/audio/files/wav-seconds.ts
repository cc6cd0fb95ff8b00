import { isWav } from "../formats/wav-format.ts";
import { readWavLayout } from "../formats/wav-layout.ts";
import { OpenedFile } from "./opened-file.ts";
import { secondsOf } from "./wav-file.ts";

/**
 * The length in seconds that the header of a WAV file tells; undefined for every other format,
 * whose length only decoding tells. Throws AsrError `input` for what cannot be opened.
 */
export async function wavSeconds(path: string): Promise<number | undefined> {
  await using file = await OpenedFile.open(path, path);
  if (!isWav(await file.read(0, 12))) return undefined;
  const { parts } = await readWavLayout(file, path);
  const seconds = parts.reduce((sum, part) => sum + secondsOf(part), 0);
  return seconds > 0 ? seconds : undefined;
}
