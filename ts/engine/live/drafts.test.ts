import { expect, test } from "bun:test";
import {
  decodeOptions,
  endlessly,
  idsOf,
  type Script,
  scriptedEngine,
  soundOf,
} from "../../testing/scripted-model.ts";
import { LiveSegment } from "./live-segment.ts";

// What a step wrote is a draft of what the next one writes.

const header = "language English<asr_text>";
const words = "One two three four five six seven eight nine ten eleven twelve".split(" ");

/** The first words, behind the header. */
function count(length: number): string {
  return header + words.slice(0, length).join(" ");
}

function segmentOf(script: Script) {
  const { engine, model } = scriptedEngine(script);
  const segment = new LiveSegment(engine, decodeOptions(), { party: {}, name: "talk" });
  return { segment, model };
}

test("is what the step before wrote behind what is settled", async () => {
  let text = count(8);
  const { segment, model } = segmentOf(() => text);
  await segment.step(soundOf(2));
  text = count(12);
  await segment.step(soundOf(4));
  const settled = idsOf(header + segment.text).length;
  text = `${count(11)} or twelve`;
  await segment.step(soundOf(6));
  const last = idsOf(count(12)).slice(settled);
  expect(model.sessions[0]!.drafts).toEqual([
    { ids: [], taken: 0 },
    { ids: idsOf(count(8)), taken: idsOf(count(8)).length },
    { ids: last, taken: last.length - idsOf(" twelve").length },
  ]);
});

test("is not what a step in a loop wrote", async () => {
  let text: ReturnType<Script> = endlessly(`${header}Well`);
  const { segment, model } = segmentOf(() => text);
  await segment.step(soundOf(4));
  text = count(12);
  await segment.step(soundOf(6));
  await segment.step(soundOf(6.5));
  const drafts = model.sessions[0]!.drafts.map(({ ids }) => ids);
  expect(drafts).toEqual([[], [], idsOf(count(12))]);
});

test("goes on to the end of the segment", async () => {
  const { segment, model } = segmentOf(() => count(12));
  await segment.step(soundOf(2));
  await segment.step(soundOf(4));
  await segment.finish(soundOf(5));
  const { ids, taken } = model.sessions[0]!.drafts.at(-1)!;
  expect(ids.length).toBeGreaterThanOrEqual(5);
  expect(taken).toBe(ids.length);
});

test("is there at the end of a segment of which nothing is settled, too", async () => {
  const { segment, model } = segmentOf(() => count(5));
  await segment.step(soundOf(2));
  await segment.finish(soundOf(2.5));
  const ids = idsOf(count(5));
  expect(model.sessions[0]!.drafts).toEqual([
    { ids: [], taken: 0 },
    { ids, taken: ids.length },
  ]);
});
