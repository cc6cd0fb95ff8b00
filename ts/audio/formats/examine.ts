import { type ByteSource, textAt } from "./byte-source.ts";
import {
  asfFindings,
  cafFindings,
  isAsf,
  sizeFindings,
  sphereFindings,
} from "./container-sizes.ts";
import type { Findings } from "./findings.ts";
import { flacFindings } from "./flac.ts";
import { flvFindings } from "./flv.ts";
import { matroskaFindings } from "./matroska.ts";
import { mp4Findings } from "./mp4.ts";
import { mpegAudioFindings } from "./mpeg-audio.ts";
import { oggFindings } from "./ogg.ts";

/** Boxes that MP4 and QuickTime files begin with. */
const firstBoxes = ["ftyp", "moov", "mdat", "wide", "free", "skip", "styp"];

/**
 * Looks at the structure of a file that ffmpeg will decode: what its header promises against what
 * is there, and recordings that are joined. Nothing is found in formats that promise nothing.
 */
export async function examine(source: ByteSource): Promise<Findings> {
  const head = await source.read(0, 16);
  if (textAt(head, 0) === "OggS") return await oggFindings(source);
  if (textAt(head, 0) === "\x1a\x45\xdf\xa3")
    return { ...(await matroskaFindings(source)), hasIndex: true };
  if (textAt(head, 0) === "fLaC") {
    return { ...(await flacFindings(source)), hasIndex: true, hasOneTrack: true };
  }
  if (textAt(head, 0) === "FLV\x01") return await flvFindings(source);
  if (firstBoxes.includes(textAt(head, 4)))
    return { ...(await mp4Findings(source)), hasIndex: true };
  if (textAt(head, 0, 7) === "NIST_1A") return await sphereFindings(source);
  if (textAt(head, 0) === "caff") return await cafFindings(source);
  if (isAsf(head)) return await asfFindings(source);
  const mpegAudio = await mpegAudioFindings(source);
  return mpegAudio === undefined ? await sizeFindings(source) : { ...mpegAudio, hasOneTrack: true };
}
