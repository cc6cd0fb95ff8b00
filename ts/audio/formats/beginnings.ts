import { type ByteSource, textAt } from "./byte-source.ts";
import { startsMpegAudio } from "./mpeg-audio.ts";

/** First bytes of formats of audio, as Latin-1. */
const beginnings = ["OggS", "fLaC", "FORM", "caff", "wvpk", "#!AMR", "\x1a\x45\xdf\xa3", "ID3"];

/** Whether a file of another format than WAV begins at a place, as where files were joined. */
export async function startsOtherAudio(source: ByteSource, at: number): Promise<boolean> {
  const head = await source.read(at, 16);
  if (textAt(head, 4) === "ftyp") return true;
  // A chunk of a WAV has a similar name.
  const isChunk = textAt(head, 0) === "ID3 ";
  if (!isChunk && beginnings.some((start) => textAt(head, 0, start.length) === start)) return true;
  return await startsMpegAudio(source, at);
}
