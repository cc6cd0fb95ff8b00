import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { MadeAudio } from "../../testing/made-audio.ts";
import { tone } from "../../testing/wav-writer.ts";
import { type OpenOptions, openAudio } from "../open.ts";
import { wholeRecording } from "../samples/recording.ts";

let made: MadeAudio;
beforeAll(() => {
  made = new MadeAudio();
});
afterAll(() => made[Symbol.dispose]());

const low = ["-f", "lavfi", "-i", "sine=f=300:d=1"];
const high = ["-f", "lavfi", "-i", "sine=f=2000:d=1.5"];
const both = [...low, ...high, "-map", "0", "-map", "1"];
const languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger"];
const secondIsDefault = ["-disposition:a:0", "0", "-disposition:a:1", "default"];
const noneIsDefault = ["-disposition:a:0", "0", "-disposition:a:1", "0"];

/** Which of the two is heard, and what is said of it. */
async function heard(input: string | AsyncIterable<Uint8Array>, options: OpenOptions = {}) {
  const stream = await openAudio(input, options);
  const { samples } = await wholeRecording(stream);
  let crossings = 0;
  for (let i = 1; i < samples.length; i++) {
    if (samples[i]! >= 0 !== samples[i - 1]! >= 0) crossings++;
  }
  const frequency = (crossings / 2 / samples.length) * 16_000;
  expect(stream.remarks.losses).toEqual([]);
  return { track: frequency < 1000 ? 1 : 2, notes: stream.remarks.notes };
}

const note = (track: string) => [
  `${track} of 2 audio tracks is heard; audioTrack (--audio-track) chooses another`,
];

describe.each([
  ["mkv", ["-c:a", "flac"]],
  ["mp4", ["-c:a", "aac"]],
])("in %s", (extension, codec) => {
  let path = "";
  beforeAll(async () => {
    const options = [...both, ...codec, ...languages, ...secondIsDefault];
    path = await made.make(`default.${extension}`, ...options);
  });

  test("the default track is heard, and that there are others is noted", async () => {
    expect(await heard(path)).toEqual({ track: 2, notes: note("track 2 (German)") });
  });

  test.each([
    [1, 1],
    [2, 2],
    ["default", 2],
    ["en", 1],
    ["English", 1],
    ["deu", 2],
  ])("the track that %p means", async (track, expected) => {
    const { track: found, notes } = await heard(path, { audioTrack: track });
    expect([found, notes]).toEqual([expected, track === "default" ? note("track 2 (German)") : []]);
  });

  test("in bytes that come", async () => {
    expect((await heard(Bun.file(path).stream(), { audioTrack: "eng" })).track).toBe(1);
  });

  test.each([
    [3, "there is no audio track 3; it has track 1 (English), track 2 (German)"],
    ["fr", "there is no audio track in French; it has track 1 (English), track 2 (German)"],
  ])("%p is not there", async (track, why) => {
    await expectAsrError(
      () => heard(path, { audioTrack: track }),
      "input",
      `default.${extension}: ${why}`,
    );
  });
});

test("the first is heard where none is the default", async () => {
  const mkv = await made.make("none.mkv", ...both, "-c:a", "flac", ...noneIsDefault);
  expect(await heard(mkv)).toEqual({ track: 1, notes: note("track 1") });
  const ts = await made.make("none.ts", ...both, "-c:a", "mp2", ...languages);
  expect(await heard(ts)).toEqual({ track: 1, notes: note("track 1 (English)") });
});

test("pictures and subtitles before it are not counted", async () => {
  const picture = ["-f", "lavfi", "-i", "color=s=64x64:r=10:d=1"];
  const order = ["-map", "0", "-map", "1", "-map", "2"];
  const path = await made.make(
    "film.mkv",
    ...[...picture, ...low, ...high, ...order, "-c:v", "mpeg4", "-c:a", "flac"],
    ...secondIsDefault,
  );
  expect((await heard(path)).track).toBe(2);
  expect((await heard(path, { audioTrack: 1 })).track).toBe(1);
});

test("a live stream is heard in its default track, or in that of a number", async () => {
  const mkv = await made.make("live.mkv", ...both, "-c:a", "flac", ...secondIsDefault);
  const live = async (track?: number) =>
    (await heard(Bun.file(mkv).stream(), { live: true, audioTrack: track })).track;
  expect(await live()).toBe(2);
  expect(await live(1)).toBe(1);
  await expectAsrError(() => live(3), "input", "there is no audio track 3; leave audioTrack");
});

describe("where there is one track", () => {
  test("nothing is noted, and it goes by its number", async () => {
    const mp3 = await made.make("one.mp3", ...low, "-c:a", "libmp3lame");
    const wav = await made.make("one.wav", ...low, "-ar", "48000");
    for (const path of [mp3, wav]) {
      expect(await heard(path)).toEqual({ track: 1, notes: [] });
      expect(await heard(path, { audioTrack: 1 })).toEqual({ track: 1, notes: [] });
      await expectAsrError(() => heard(path, { audioTrack: 2 }), "input", "it has track 1");
      await expectAsrError(
        () => heard(path, { audioTrack: "de" }),
        "input",
        "no audio track in German",
      );
    }
  });

  test("in samples as well", async () => {
    const input = { samples: tone(0.1), sampleRate: 16_000 };
    expect((await openAudio(input, { audioTrack: 1 })).duration).toBeCloseTo(0.1);
    await expectAsrError(() => openAudio(input, { audioTrack: 2 }), "input", "no audio track 2");
  });
});

test("a film without sound has no audio track", async () => {
  const picture = ["-f", "lavfi", "-i", "color=s=64x64:r=10:d=1", "-c:v", "mpeg4"];
  const path = await made.make("silent.mkv", ...picture);
  await expectAsrError(() => heard(path), "input", "silent.mkv: has no audio track");
});
