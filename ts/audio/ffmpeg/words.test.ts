import { describe, expect, test } from "bun:test";
import { lossIn, noSoundError, UnlistedFormat, UnreadableAudio } from "./words.ts";

describe("ffmpeg's words where it gave no sound:", () => {
  const cases: [string, string[], string][] = [
    ["version 5, no track", ["Stream map '0:a:0' matches no streams."], "x: has no audio track"],
    [
      "version 9, no track",
      ["Stream map '' matches no streams.", "Error opening output files: Invalid argument"],
      "x: has no audio track",
    ],
    [
      "no codec",
      ["Decoder (codec none) not found for input stream #0:0"],
      "x: has sound that this ffmpeg cannot decode; a newer",
    ],
    [
      "version 5, no format",
      ["x: Invalid data found when processing input"],
      "x: is no audio that",
    ],
    ["version 9, no format", ["Error opening input files: End of file"], "x: is no audio that"],
    ["version 5, noise", ["Error reinitializing filters!"], "x: is no audio that"],
    ["version 9, noise", ["Decode error rate 1 exceeds maximum 0.666667"], "x: is no audio that"],
    ["what is not known", ["it is broken"], "x: cannot be decoded: it is broken"],
  ];
  test.each(cases)("%s", (_, errors, said) => {
    const error = noSoundError("x", errors, errors.at(-1) ?? "");
    expect(error.oneLine).toStartWith(said);
    // What was said stays at hand for whoever looks for it.
    expect(error.cause).toEqual(new Error(errors.join("\n")));
  });

  test("tell what is to be tried again from what is not", () => {
    const unlisted = noSoundError("x", ["Format not on whitelist 'mp3'", "Invalid argument"], "");
    expect(unlisted).toBeInstanceOf(UnlistedFormat);
    const noise = noSoundError("x", ["Header missing"], "");
    expect(noise).toBeInstanceOf(UnreadableAudio);
    const raw = noSoundError("tel.ul", ["Format not on whitelist 'mp3'"], "");
    expect(raw).toBeInstanceOf(UnlistedFormat);
    expect(raw.oneLine).toContain("ffmpeg -f mulaw -ar 8000 -i FILE x.wav");
  });
});

describe("ffmpeg's words where it gave sound:", () => {
  const cases: [string, string[], string | undefined][] = [
    ["nothing", [], undefined],
    [
      "stamps that go back",
      ["Application provided invalid, non monotonically increasing dts to muxer: 3 >= 1"],
      undefined,
    ],
    [
      "a decoder's own words before what follows of them",
      ["invalid residual", "Error while decoding stream #0:0: Invalid data found"],
      "invalid residual",
    ],
    ["packets", ["Error submitting packet to decoder: Invalid data found"], "it is damaged"],
    [
      "a failure",
      ["failed to create or replace stream", "x: Invalid argument"],
      "failed to create",
    ],
    ["a failure of no other words", ["x: Invalid argument"], "x: Invalid argument"],
  ];
  test.each(cases)("%s", (_, errors, loss) => {
    if (loss === undefined) expect(lossIn(errors, false)).toBeUndefined();
    else expect(lossIn(errors, false)).toStartWith(loss);
  });

  test("what stands between frames that were walked is no loss", () => {
    const errors = ["Header missing", "Error submitting packet to decoder: Invalid data found"];
    expect(lossIn(errors, true)).toBeUndefined();
    expect(lossIn([...errors, "invalid new backstep -1"], true)).toBe("invalid new backstep -1");
    expect(lossIn(errors, false)).toBe("Header missing");
  });
});
