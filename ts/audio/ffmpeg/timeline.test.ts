import { afterAll, describe, expect, test } from "bun:test";
import { demoSample } from "../../native/locate.ts";
import { MadeAudio } from "../../testing/made-audio.ts";
import { openAudio } from "../open.ts";
import { sampleRate } from "../samples/recording.ts";
import { Timeline } from "./timeline.ts";

/** Length of the demo's recording in seconds. */
const length = 5.15;
const files = new MadeAudio();
afterAll(() => files[Symbol.dispose]());

/** Where samples lie without a gap, in seconds, and what is told of it. */
async function heard(path: string, live = false) {
  const stream = await openAudio(live ? Bun.file(path).stream() : path, { live });
  const spans: { start: number; end: number }[] = [];
  for await (const { at, samples } of stream.blocks) {
    const [start, end] = [at / sampleRate, (at + samples.length) / sampleRate];
    const last = spans.at(-1);
    if (last !== undefined && Math.abs(last.end - start) < 0.2) last.end = end;
    else spans.push({ start, end });
  }
  return { spans, ...stream.remarks };
}

/** Spans that begin and end as these do; encoders put up to a tenth of a second before sound. */
function around(...times: [start: number, end: number][]) {
  return times.map(([start, end]) => ({ start: about(start), end: about(end) }));
}

function about(seconds: number) {
  return expect.closeTo(seconds, 0.7);
}

describe("sound that starts after the picture lies there", () => {
  const late = ["-f", "lavfi", "-i", "color=s=64x64:r=10:d=9", "-itsoffset", "4"].concat([
    "-i",
    demoSample,
    "-map",
    "0:v",
    "-map",
    "1:a",
  ]);
  const video = ["-c:v", "mpeg4"];
  const cases = {
    "late.mp4": [...video, "-c:a", "aac"],
    "late.mov": [...video, "-c:a", "pcm_s16le"],
    "late.mkv": [...video, "-c:a", "libopus"],
    "late.webm": ["-c:v", "libvpx", "-c:a", "libopus"],
    "late.ts": [...video, "-c:a", "aac"],
    "late.flv": ["-c:v", "flv", "-c:a", "aac", "-ar", "44100"],
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const path = await files.make(name, ...late, ...options);
      const { spans, notes, losses } = await heard(path);
      expect(spans).toEqual(around([4, 4 + length]));
      expect(notes).toEqual([expect.stringMatching(/^its sound begins at 0:0(3\.9|4\.0)$/)]);
      expect(losses).toEqual([]);
    });
  }

  test("as it comes", async () => {
    const path = await files.make("live.mkv", ...late, ...video, "-c:a", "aac");
    expect((await heard(path, true)).spans).toEqual(around([4, 4 + length]));
  });

  test("and without a picture where the format counts from its own zero", async () => {
    const path = await files.make("alone.m4a", "-itsoffset", "4", "-i", demoSample, "-c:a", "aac");
    expect((await heard(path)).spans).toEqual(around([4, 4 + length]));
  });
});

test("sound that starts before the picture starts at zero", async () => {
  const inputs = [
    "-i",
    demoSample,
    "-itsoffset",
    "2",
    "-f",
    "lavfi",
    "-i",
    "color=s=64x64:r=10:d=9",
  ];
  for (const name of ["early.mp4", "early.mkv", "early.ts"]) {
    const path = await files.make(name, ...inputs, "-c:v", "mpeg4", "-c:a", "aac");
    const { spans, notes } = await heard(path);
    expect(spans).toEqual(around([0, length]));
    expect(notes).toEqual([]);
  }
});

describe("what was not recorded is a gap", () => {
  /** The recording twice, the second time so many seconds later than it would follow. */
  const withGap = (seconds: number) => {
    const stamps = `if(gte(T,${length - 0.01}),PTS+${seconds}/TB,PTS)`;
    const graph = `[0][1]concat=n=2:v=0:a=1,asetpts='${stamps}'`;
    return ["-i", demoSample, "-i", demoSample, "-filter_complex", graph];
  };
  const cases = {
    "gap.m4a": ["-c:a", "aac"],
    "gap.mp4": ["-c:a", "libmp3lame"],
    "gap.mka": ["-c:a", "flac"],
    "gap.webm": ["-c:a", "libopus"],
    "gap.ogg": ["-c:a", "libvorbis"],
    "gap.ts": ["-c:a", "aac"],
    "gap.flv": ["-c:a", "aac", "-ar", "44100"],
  };
  for (const [name, options] of Object.entries(cases)) {
    test(`of two hours in ${name}`, async () => {
      const { spans, notes } = await heard(await files.make(name, ...withGap(7200), ...options));
      const second = 7200 + length;
      expect(spans).toEqual(around([0, length], [second, second + length]));
      expect(notes).toEqual([expect.stringMatching(/^it has a gap of 7(200|199).. s .* at 0:05/)]);
    });
  }

  test("as it comes", async () => {
    const path = await files.make("live.webm", ...withGap(30), "-c:a", "libopus");
    const { spans } = await heard(path, true);
    expect(spans).toEqual(around([0, length], [30 + length, 30 + 2 * length]));
  });

  test("where packets of a broadcast were lost", async () => {
    const first = await files.make("first.ts", "-i", demoSample, "-c:a", "aac");
    const later = ["-c:a", "aac", "-output_ts_offset", "10"];
    const second = await files.make("second.ts", "-i", demoSample, ...later);
    const { spans } = await heard(files.joined("lost.ts", first, second));
    expect(spans).toEqual(around([0, length], [10, 10 + length]));
  });
});

describe("a clock", () => {
  const made = (name: string, offset: number) =>
    files.make(name, "-i", demoSample, "-c:a", "aac", "-output_ts_offset", String(offset));

  test("that begins elsewhere makes no gap", async () => {
    const { spans, notes } = await heard(await made("noon.ts", 43_200));
    expect(spans).toEqual(around([0, length]));
    expect(notes).toEqual([]);
  });

  test("that wraps, after 26.5 hours, goes on", async () => {
    const { spans, notes } = await heard(await made("wrap.ts", 2 ** 33 / 90_000 - 3));
    expect(spans).toEqual(around([0, length]));
    expect(notes).toEqual([]);
  });

  test("that is set back goes on, and gaps after that are found", async () => {
    const parts = [await made("b1.ts", 100), await made("b2.ts", 0), await made("b3.ts", 20)];
    const { spans } = await heard(files.joined("back.ts", ...parts));
    expect(spans).toEqual(around([0, 2 * length], [length + 20, 2 * length + 20]));
  });

  test("that is set hours ahead where broadcasts were joined goes on", async () => {
    const joined = files.joined("ahead.ts", await made("a1.ts", 0), await made("a2.ts", 40_000));
    expect((await heard(joined)).spans).toEqual(around([0, 2 * length]));
  });

  test("that runs slow or fast sets places right, a little at a time", () => {
    for (const drift of [-2, 2]) {
      const timeline = new Timeline({ format: "matroska,webm", start: 0, duration: undefined });
      let at = 0;
      for (let stamp = 0; stamp < 10_000_000; stamp += 1000 + drift) {
        at = timeline.place(stamp, 1000);
        expect(Math.abs(at - stamp)).toBeLessThanOrEqual(0.1 * sampleRate);
      }
    }
  });

  test("may be rounded to milliseconds", () => {
    const timeline = new Timeline({ format: "flv", start: 0, duration: undefined });
    for (let at = 0; at < 1_000_000; at += 333) {
      expect(timeline.place(Math.floor(at / 16) * 16, 333)).toBe(at);
    }
  });
});
