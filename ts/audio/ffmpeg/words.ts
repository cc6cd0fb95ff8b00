import { AsrError } from "../../contract/errors.ts";

/** The error for a file of a format that ffmpeg was not allowed to read. */
export class UnlistedFormat extends AsrError {}

/** The error for what ffmpeg finds no sound in that it could read. */
export class UnreadableAudio extends AsrError {}

/** The error for what has no audio track, or not the one that was asked for. */
export class NoAudioTrack extends AsrError {}

const unlisted = /Format not on whitelist/;

/** What ffmpeg's errors mean where it gave no sound, and what helps. */
const meanings: readonly {
  words: RegExp;
  what: string;
  hint?: string;
  error?: typeof AsrError;
}[] = [
  {
    words: unlisted,
    what: "holds no recording: what ffmpeg takes it for names other files, or has no header",
    error: UnlistedFormat,
  },
  {
    words: /matches no streams|not contain any stream/,
    what: "has no audio track",
    error: NoAudioTrack,
  },
  {
    words: /Decoder \(codec .*\) not found|no decoder found|Unknown decoder|unsupported codec/i,
    what: "has sound that this ffmpeg cannot decode",
    hint: "a newer or more complete ffmpeg may: set FFMPEG to one",
  },
  {
    words: new RegExp(
      "Invalid data found|Header missing|[Ee]rror rate|frame size|initializing fi|" +
        "determine format|Error opening|End of file|Not yet implemented|Input/output error",
    ),
    what: "is no audio that ffmpeg can read",
    hint: "samples without a header are given with their rate: { stream, sampleRate }, --stdin-pcm",
    error: UnreadableAudio,
  },
];

/** Endings of names of files that are samples alone, with the formats that ffmpeg has for them. */
const headerless: readonly [ending: RegExp, format: string][] = [
  [/\.(?:ul|ulaw|mulaw|g711u)$/i, "mulaw"],
  [/\.(?:al|alaw|g711a)$/i, "alaw"],
  [/\.(?:raw|pcm|sw|s16|s16le|lpcm)$/i, "s16le"],
];

/** The error for a file of which ffmpeg gave no sound, by its words; `last` stands for the rest. */
export function noSoundError(name: string, errors: readonly string[], last: string): AsrError {
  const cause = new Error(errors.join("\n"));
  const meaning = meanings.find(({ words }) => errors.some((line) => words.test(line)));
  if (meaning === undefined) {
    return new AsrError("input", `${name}: cannot be decoded: ${last}`, undefined, { cause });
  }
  const { what, hint, error: Kind = AsrError } = meaning;
  const [, format] = headerless.find(([ending]) => ending.test(name)) ?? [];
  const isUnread = Kind === UnreadableAudio || Kind === UnlistedFormat;
  if (!isUnread || format === undefined) {
    return new Kind("input", `${name}: ${what}`, hint, { cause });
  }
  const why = "seems to be samples without a header, which do not say their rate";
  const example = `say it to ffmpeg, as in: ffmpeg -f ${format} -ar 8000 -i FILE x.wav`;
  return new Kind("input", `${name}: ${why}`, example, { cause });
}

/** What ffmpeg calls an error and loses nothing. */
const harmless = /non.?monoton|Queue input is backward|Last message repeated|deprecated/i;

/** What it says where tags stand between the frames of MP3 files that were joined. */
const betweenFrames = /Header missing|Error submitting packet to decoder|Error while decoding str/i;

/** What only says that something failed. */
const general = /(?:^|: )(?:Invalid argument|Conversion failed!)$/;

/** What it says of each packet that a decoder refuses, besides what that says itself. */
const damaged = /^(?:Error while decoding stream|Error submitting packet|Decoding error)/;

/**
 * The last of ffmpeg's errors that tells of lost sound; undefined for none. `isWalked` where the
 * frames were looked at one by one, so that what stands between them is no news.
 */
export function lossIn(errors: readonly string[], isWalked: boolean): string | undefined {
  const losses = errors.filter(
    (line) => !harmless.test(line) && !(isWalked && betweenFrames.test(line)),
  );
  const own = losses.findLast((line) => !general.test(line) && !damaged.test(line));
  return own ?? (losses.some((line) => damaged.test(line)) ? "it is damaged" : losses.at(-1));
}
