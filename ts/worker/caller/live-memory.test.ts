import { expect, test } from "bun:test";
import { join } from "node:path";
import { Asr } from "../../asr.ts";
import { goldensFolder } from "../../testing/goldens.ts";

const sampleRate = 16_000;
const megabyte = 2 ** 20;

/** Minutes of silence, as plain samples. */
async function* muted(minutes: number): AsyncGenerator<Uint8Array> {
  const second = new Uint8Array(2 * sampleRate);
  for (let index = 0; index < minutes * 60; index++) yield second;
}

test("half an hour of a live stream leaves nothing behind", async () => {
  await using asr = await Asr.load(join(goldensFolder, "small-q4"));
  const resident: number[] = [];
  const onProgress = ({ done }: { done: number }) => {
    if (done % 300 === 0) resident.push(process.memoryUsage.rss() / megabyte);
  };
  const input = { stream: muted(30), sampleRate };
  const events = await Array.fromAsync(asr.stream(input, { onProgress }));
  expect(events.map(({ type }) => type)).toEqual(["finish"]);
  expect(resident.length).toBe(7);
  // It has 110 MB of samples.
  expect(resident.at(-1)! - resident[1]!).toBeLessThan(50);
}, 30_000);
