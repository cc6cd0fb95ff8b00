import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { demoSample } from "../../native/locate.ts";
import { MadeAudio } from "../../testing/made-audio.ts";
import { openAudio } from "../open.ts";
import { findFfmpeg, resamplerOf } from "./program.ts";

const handles = "/proc/self/fd";

test.skipIf(!existsSync(handles))("who stops listening keeps no handle", async () => {
  using files = new MadeAudio();
  const long = ["-stream_loop", "19", "-i", demoSample, "-ar", "44100", "-c:a", "flac"];
  const path = await files.make("long.flac", ...long);
  const listen = async () => {
    for await (const _ of (await openAudio(path)).blocks) break;
  };
  await listen();
  const before = readdirSync(handles).length;
  for (let i = 0; i < 12; i++) await listen();
  expect(readdirSync(handles).length).toBeLessThan(before + 6);
});

test("ffmpeg is asked for a resampler that it has", async () => {
  const program = await findFfmpeg();
  const filter = `aresample=8000:${await resamplerOf(program)}`;
  const command = [program, "-v", "error", "-i", demoSample, "-af", filter, "-f", "null", "-"];
  const { exitCode, stderr } = Bun.spawnSync(command);
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
});
