import type { Alignment, GivenText } from "../../contract/alignment.ts";
import type { AlignOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { Recognizer } from "../service/models.ts";
import { wordProblem } from "../transcriptions/no-words.ts";
import { partOf, withName } from "../transcriptions/recording.ts";
import type { ReceivedFile } from "../upload/form.ts";

/**
 * Aligns a text with a received recording. One that cannot be read to its end ends with what was
 * heard until there, whose warnings say why. Errors call it by the client's name.
 */
export async function alignedFile(
  recognizer: Recognizer,
  file: ReceivedFile,
  text: GivenText,
  options: AlignOptions,
): Promise<Alignment> {
  try {
    return await recognizer.align(file.path, text, options);
  } catch (thrown) {
    const error = wordProblem(withName(thrown, file));
    const part = partOf(error);
    if (part === undefined || !isAlignment(part)) throw error;
    return part;
  }
}

function isAlignment(transcript: Transcript): transcript is Alignment {
  return "matched" in transcript;
}
