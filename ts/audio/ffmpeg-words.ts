import { AsrError } from "../contract/errors.ts";

/** The error for a file of a format that ffmpeg was not allowed to read. */
export class UnlistedFormat extends AsrError {}

const unlisted = /Format not on whitelist/;

/** What ffmpeg's errors mean where it gave no sound, and what helps. */
const meanings: readonly [words: RegExp, what: string, hint?: string][] = [
  [unlisted, "holds no recording: what ffmpeg takes it for names other files, or has no header"],
  [/matches no streams|not contain any stream/, "has no audio track"],
  [
    /Decoder \(codec .*\) not found|no decoder found|Unknown decoder|unsupported codec/i,
    "has sound that this ffmpeg cannot decode",
    "a newer or more complete ffmpeg may: set FFMPEG to one",
  ],
  [
    /Invalid data found|Header missing|error rate|frame size|initializing fi|determine format/i,
    "is no audio that ffmpeg can read",
    "samples without a header are given with their rate: { stream, sampleRate }, --stdin-pcm",
  ],
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
  const known = meanings.find(([words]) => errors.some((line) => words.test(line)));
  const [, format] = headerless.find(([ending]) => ending.test(name)) ?? [];
  const [, what = `cannot be decoded: ${last}`, hint] =
    known === undefined || format === undefined
      ? (known ?? [])
      : [
          undefined,
          "seems to be samples without a header, which do not say their rate",
          `say it to ffmpeg, as in: ffmpeg -f ${format} -ar 8000 -i FILE x.wav`,
        ];
  const Kind = errors.some((line) => unlisted.test(line)) ? UnlistedFormat : AsrError;
  return new Kind("input", `${name}: ${what}`, hint, { cause });
}

/** What ffmpeg calls an error and loses nothing. */
const harmless = /non.?monoton|Queue input is backward|Last message repeated|deprecated/i;

/** What it says where tags stand between the frames of MP3 files that were joined. */
const betweenFrames = /Header missing|Error submitting packet to decoder|Error while decoding str/i;

/**
 * The last of ffmpeg's errors that tells of lost sound; undefined for none. `isWalked` where the
 * frames were looked at one by one, so that what stands between them is no news.
 */
export function lossIn(errors: readonly string[], isWalked: boolean): string | undefined {
  return errors.findLast((line) => !harmless.test(line) && !(isWalked && betweenFrames.test(line)));
}
