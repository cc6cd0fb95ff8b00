import { checkedText } from "../../contract/alignment.ts";
import { AsrError } from "../../contract/errors.ts";
import { readSubtitles, type Subtitles } from "../../text/subtitles.ts";
import { decodedText, readTextFile } from "./text-file.ts";

/** A text that is to be found in a recording, and the subtitles that it comes from. */
export interface GivenFile {
  text: string | string[];
  subtitles: Subtitles | undefined;
}

/** How a text is given: exactly one of both files. */
export interface TextSource {
  text: string | undefined;
  srt: string | undefined;
  /** Whether each line of the text is kept. */
  lines: boolean;
}

/**
 * Reads the text that a command line names, `-` from standard input. Throws AsrError `usage` where
 * that is no text, or there is nothing in it to find.
 */
export async function readGivenText({ text, srt, lines }: TextSource): Promise<GivenFile> {
  if (text === undefined && srt === undefined) {
    throw new AsrError("usage", "align needs a text", "add --text FILE or --srt FILE");
  }
  if (text !== undefined && srt !== undefined) {
    throw new AsrError("usage", "--text and --srt exclude each other");
  }
  if (srt !== undefined) {
    if (lines) throw new AsrError("usage", "--lines is about --text; --srt keeps its cues");
    const subtitles = readSubtitles(await contentOf(srt, "--srt"), `--srt ${srt}`);
    return { text: checkedText(subtitles.cues), subtitles };
  }
  if (/\.(?:srt|vtt)$/i.test(text!)) {
    throw new AsrError("usage", `--text ${text}: looks like subtitles`, `use --srt ${text}`);
  }
  const content = await contentOf(text!, "--text");
  const given = lines ? content.split(/\r\n|\r|\n/) : content;
  return { text: checkedText(given), subtitles: undefined };
}

async function contentOf(path: string, flag: string): Promise<string> {
  const content = path === "-" ? await standardInput(flag) : readTextFile(path, flag);
  if (!content.includes("\0")) return content;
  throw new AsrError("usage", `${flag} ${path}: is no text but a file of another kind`);
}

async function standardInput(flag: string): Promise<string> {
  try {
    return decodedText(await Bun.stdin.bytes(), { fatal: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new AsrError("usage", `${flag} -: is no text in UTF-8 or UTF-16`);
  }
}
