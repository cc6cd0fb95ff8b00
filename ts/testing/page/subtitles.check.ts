import { afterAll, expect, test } from "bun:test";
import { render } from "../../output/formats.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { BrowserWindow } from "../browser.ts";
import { readVtt } from "../subtitles.ts";
import { randomChunks, transcriptOf } from "../transcripts.ts";
import { withWordTimes } from "../word-times.ts";

// WebVTT with words as a browser reads it, which is what WebVTT was made for.

let subtitles = "";
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: ({ url }) =>
    url.endsWith(".vtt")
      ? new Response(subtitles, { headers: { "content-type": "text/vtt" } })
      : new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
});
afterAll(async () => await server.stop(true));

/** A cue of Chromium. */
interface BrowserCue {
  startMs: number;
  endMs: number;
  text: string;
  /** In milliseconds, in order. */
  times: number[];
  underlined: string[];
}

const readByBrowser = `new Promise((resolve, reject) => {
  const video = document.createElement("video");
  const element = video.appendChild(document.createElement("track"));
  const milliseconds = (time) => time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  const nodesOf = (node) => [node, ...Array.from(node.childNodes, nodesOf).flat()];
  element.onload = () => resolve(Array.from(element.track.cues, (cue) => {
    const nodes = nodesOf(cue.getCueAsHTML());
    const stamps = nodes.filter((node) => node.nodeType === Node.PROCESSING_INSTRUCTION_NODE);
    return {
      startMs: Math.round(cue.startTime * 1000),
      endMs: Math.round(cue.endTime * 1000),
      text: cue.getCueAsHTML().textContent,
      times: stamps.map(({ data }) => Math.round(milliseconds(data) * 1000)),
      underlined: nodes.filter(({ localName }) => localName === "u").map((u) => u.textContent),
    };
  }));
  element.onerror = () => reject(new Error("not read"));
  element.src = "/words.vtt?" + Math.random() + ".vtt";
  document.body.replaceChildren(video);
  element.track.mode = "hidden";
})`;

/** Cues that begin together, as those of two channels, have no order. */
function sorted(cues: BrowserCue[]): BrowserCue[] {
  return cues.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

test.each([{}, { highlightWords: true }, { rtlMarks: true, maxWordsPerCue: 3 }])(
  "Chromium finds in WebVTT of random words what was written: %p",
  async (layout) => {
    await using window = await BrowserWindow.open();
    await window.goto(server.url.href);
    const random = seededRandom(51);
    let count = 0;
    for (let round = 0; round < 40; round++) {
      const chunks = randomChunks(random).map((chunk, index) =>
        round % 2 === 0 ? chunk : { ...chunk, channel: 1 + (index % 2) },
      );
      const given = withWordTimes(transcriptOf(chunks), random);
      if (given.segments.length === 0) continue;
      subtitles = render("vtt", given, { path: "talk.mp3", ...layout });
      const written = readVtt(subtitles).map(
        (cue): BrowserCue => ({
          startMs: cue.startMs,
          endMs: cue.endMs,
          text: cue.lines.join("\n"),
          times: cue.times ?? [],
          underlined: cue.underlined ?? [],
        }),
      );
      const read = sorted(await window.evaluate<BrowserCue[]>(readByBrowser));
      for (const [index, cue] of sorted(written).entries()) {
        const { times = [], ...others } = read[index] ?? {};
        expect({ ...others, times: times.length }).toEqual({ ...cue, times: cue.times.length });
        // Chromium cuts off what it tells of a time, and may show 1.813 for 1.814.
        for (const [at, time] of times.entries()) {
          expect(Math.abs(time - cue.times[at]!)).toBeLessThanOrEqual(1);
        }
      }
      expect(read.length).toBe(written.length);
      count += written.length;
    }
    expect(count).toBeGreaterThan(300);
  },
  60_000,
);

test("each word is a span, of which a style can take hold", async () => {
  await using window = await BrowserWindow.open();
  await window.goto(server.url.href);
  subtitles = render(
    "vtt",
    withWordTimes(transcriptOf(randomChunks(seededRandom(52))), () => 0.5),
    {
      path: "talk.mp3",
    },
  );
  const spans = await window.evaluate<number[]>(
    `${readByBrowser}.then(() => Array.from(document.querySelector("track").track.cues, (cue) => {
      const spans = Array.from(cue.getCueAsHTML().querySelectorAll("span"));
      return spans.length;
    }))`,
  );
  const words = readVtt(subtitles).map(({ times = [] }) => times.length + 1);
  expect(spans).toEqual(words);
});
