import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AudioInput } from "../../audio/input.ts";
import { openAudio } from "../../audio/open.ts";
import type { CheckedSettings } from "../../contract/options.ts";
import { demoSample, modelFolder } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { collect } from "../../testing/live.ts";
import { MadeAudio } from "../../testing/made-audio.ts";
import { Engine } from "../decode/engine.ts";
import { streamLive } from "../live/stream.ts";
import { recordingOptions } from "./options.ts";
import { streamRecording } from "./transcribe.ts";

const [first, second] = [
  "Turn on the light in the kitchen.",
  "The train to Boston leaves at seven thirty.",
];
let demo: Engine;
const files = new MadeAudio();
beforeAll(async () => {
  demo = await Engine.open(modelFolder("demo"));
});
afterAll(() => {
  demo[Symbol.dispose]();
  files[Symbol.dispose]();
});

/** The transcript of an input and what was told of its progress, live or not. */
async function heard(input: AudioInput, settings: CheckedSettings = {}) {
  const options = recordingOptions(demo, settings);
  const { live = false } = settings;
  const open = () => openAudio(input, { live, range: options.range });
  const progress: [number, number | undefined][] = [];
  const context = { onProgress: (...told: [number, number | undefined]) => progress.push(told) };
  const events = live
    ? streamLive(demo, open, options, context)
    : streamRecording(demo, open, options, context);
  const { transcript } = await collect(events);
  return { ...transcript!, progress };
}

const startsOf = ({ segments }: { segments: { start: number }[] }) =>
  segments.map(({ start }) => start);

describe("a gap", () => {
  /** The recording twice, an hour apart. */
  const apart = () => {
    const graph = "[0][1]concat=n=2:v=0:a=1,asetpts='if(gte(T,5.14),PTS+3600/TB,PTS)'";
    const inputs = ["-i", demoSample, "-i", demoSample, "-filter_complex", graph];
    return files.make("apart.webm", ...inputs, "-c:a", "libopus");
  };

  test.each([false, true])(
    "costs nothing, and times are right behind it; live: %p",
    async (live) => {
      const path = await apart();
      const before = await heard(demoSample, { live });
      const found = await heard(live ? Bun.file(path).stream() : path, { live });
      expect(found.segments.map(({ text }) => text)).toEqual([first, second, first, second]);
      expect(startsOf(found).map(Math.round)).toEqual([0, 2, 3605, 3607]);
      expect(found.duration).toBeCloseTo(3600 + 2 * 5.15, 1);
      // The sentence before the gap is decoded once more than where the stream is over behind it.
      const more = found.usage.outputTokens - 2 * before.usage.outputTokens;
      if (live) {
        const { usage: again } = await heard(demoSample, { start: 1.95 });
        expect(more).toBeWithin(0, again.outputTokens + 1);
      } else {
        expect(more).toBe(0);
      }
      expect(found.notes?.join()).toContain("a gap of 3600.0 s");
      expect(found.truncated).toBe(false);
      expect(found.progress.at(-1)?.[0]).toBeCloseTo(found.duration, 3);
    },
  );
});

describe("start and end", () => {
  test.each([false, true])("leave the times those of the recording; live: %p", async (live) => {
    const input = () => (live ? Bun.file(demoSample).stream() : demoSample);
    const late = await heard(input(), { start: 1.95, live });
    expect(late.text).toBe(second);
    expect(startsOf(late)).toEqual([expect.closeTo(2.13, 0.7)]);
    expect(late.duration).toBeCloseTo(5.147, 2);
    const early = await heard(input(), { end: 2, live });
    expect(early.text).toBe(first);
    expect(early.duration).toBe(2);
    expect([early.truncated, early.warnings]).toEqual([false, undefined]);
  });

  test("are found in every kind of input", async () => {
    const long = ["-stream_loop", "39", "-i", demoSample, "-c:a"];
    const kinds = [
      await files.make("long.wav", ...long, "pcm_s16le"),
      await files.make("long.44.wav", ...long, "pcm_s16le", "-ar", "44100"),
      await files.make("long.m4a", ...long, "aac"),
      await files.make("long.mp3", ...long, "libmp3lame"),
      await files.make("long.webm", ...long, "libopus"),
      await files.make("long.flac", ...long, "flac"),
      await files.make("long.ts", ...long, "aac"),
    ];
    // The second sentence of the copy that begins at 180.16 s.
    const settings = { start: 182.15, end: 185.3 };
    for (const path of kinds) {
      const inputs = [path, await Bun.file(path).bytes()];
      for (const input of inputs) {
        const { text, duration, segments, progress } = await heard(input, settings);
        expect(text).toBe(second);
        expect(duration).toBe(185.3);
        expect(segments[0]?.start).toBeCloseTo(182.29, 0.7);
        expect(progress[0]).toEqual([0, expect.anything()]);
        expect(progress.at(-1)).toEqual([expect.closeTo(3.15, 3), expect.closeTo(3.15, 3)]);
      }
    }
  }, 120_000);

  test("in a gap hear nothing, behind the end are an error", async () => {
    const late = async (extension: string) =>
      await files.make(`late.${extension}`, "-itsoffset", "60", "-i", demoSample, "-c:a", "aac");
    const path = await late("m4a");
    for (const live of [false, true]) {
      const input = live ? Bun.file(await late("mkv")).stream() : path;
      const { text, chunks, duration, notes } = await heard(input, { start: 10, end: 20, live });
      expect([text, chunks, duration]).toEqual(["", [], live ? 10 : 20]);
      // Nothing is said of samples, of which there are none.
      expect(notes).toEqual(["there is no sound from 0:10.0 to 0:20.0"]);
    }
    await expectAsrError(() => heard(path, { start: 100 }), "input", "before the start of 100 s");
    const never = Number.MAX_SAFE_INTEGER;
    await expectAsrError(() => heard(path, { start: never }), "input", "before the start of 9007");
    const wav = () => heard(demoSample, { start: 6 });
    await expectAsrError(wav, "input", "ends at 5.15 s, before the start of 6 s");
  });
});
