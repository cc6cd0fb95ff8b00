import { expect, test } from "bun:test";
import { demoSample } from "../native/locate.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { MadeAudio } from "../testing/made-audio.ts";
import { findFfmpeg } from "./ffmpeg/program.ts";
import { openLive } from "./live-input.ts";
import { openAudio } from "./open.ts";
import { wholeRecording } from "./samples/recording.ts";

async function* parts(bytes: Uint8Array, length: number, delayMs = 0) {
  for (let at = 0; at < bytes.length; at += length) {
    if (delayMs > 0) await Bun.sleep(delayMs);
    yield bytes.subarray(at, at + length);
  }
}

async function encoded(format: readonly string[]): Promise<Uint8Array> {
  const ffmpeg = await findFfmpeg();
  const child = Bun.spawn([ffmpeg, "-v", "error", "-i", demoSample, ...format, "pipe:1"]);
  return new Uint8Array(await child.stdout.bytes());
}

test("a stream of bytes gives every sample of the file", async () => {
  const wav = await Bun.file(demoSample).bytes();
  const { samples } = await wholeRecording(await openAudio(demoSample));
  for (const length of [100, 4096, wav.length]) {
    const heard = await wholeRecording(openLive(parts(wav, length), "wav"));
    expect(heard.samples).toEqual(samples);
  }
});

test.each([
  ["mp3", ["-f", "mp3"]],
  ["ogg", ["-f", "ogg"]],
  ["webm", ["-c:a", "libopus", "-f", "webm"]],
])("%s is decoded as it comes", async (_, format) => {
  const bytes = await encoded(format);
  const { duration } = await wholeRecording(await openAudio(demoSample));
  const heard = await wholeRecording(openLive(parts(bytes, 1000), "stream"));
  expect(Math.abs(heard.duration - duration)).toBeLessThan(0.2);
});

test("a FLAC whose header promises more than comes is cut short", async () => {
  using files = new MadeAudio();
  const bytes = await Bun.file(await files.make("whole.flac", "-i", demoSample)).bytes();
  const lossesOf = async (given: Uint8Array) => {
    const stream = openLive(parts(given, 5000), "stream");
    await Array.fromAsync(stream.blocks);
    return stream.remarks.losses;
  };
  expect(await lossesOf(bytes)).toEqual([]);
  expect(await lossesOf(Buffer.concat([bytes, bytes]))).toEqual([]);
  const cut = await lossesOf(bytes.subarray(0, bytes.length / 2));
  expect(cut).toEqual([expect.stringMatching(/^it is cut short: 5.2 s of sound are promised, 2/)]);
});

test.each([5000, 100])(
  "an MP3 in parts of %d bytes is cut short by its own count",
  async (size) => {
    using files = new MadeAudio();
    const lossesOf = async (given: Uint8Array) => {
      const stream = openLive(parts(given, size), "stream");
      await Array.fromAsync(stream.blocks);
      return stream.remarks.losses;
    };
    for (const rate of ["16000", "44100"]) {
      const made = await files.make(`${rate}.mp3`, "-i", demoSample, "-ar", rate, "-q:a", "4");
      const bytes = await Bun.file(made).bytes();
      const picture = new Uint8Array(70_000);
      picture.set(new TextEncoder().encode("ID3\x04\0\0"));
      // 70,000 less the ten bytes of the header, 7 bits a byte.
      picture.set([0, 4, 34, 102], 6);
      const half = bytes.subarray(0, bytes.length / 2);
      expect(await lossesOf(bytes)).toEqual([]);
      expect(await lossesOf(Buffer.concat([picture, bytes]))).toEqual([]);
      const cut = [expect.stringMatching(/^it is cut short: 5.\d s of sound are promised, 2/)];
      expect(await lossesOf(half)).toEqual(cut);
      expect(await lossesOf(Buffer.concat([picture, half]))).toEqual(cut);
    }
  },
);

test("an MP4 with its index last is never taken for an empty recording", async () => {
  using files = new MadeAudio();
  const long = ["-stream_loop", "9", "-i", demoSample, "-c:a", "aac"];
  const bytes = await Bun.file(await files.make("last.mp4", ...long)).bytes();
  const live = () => Array.fromAsync(openLive(parts(bytes, 50_000), "stream").blocks);
  await expectAsrError(live, "input", "stream", "leave live (--stream) out");
  const whole = await openAudio(new Blob([bytes]).stream());
  expect((await wholeRecording(whole)).duration).toBeCloseTo(10 * 5.15, 0);
});

test("samples are there before the stream ends", async () => {
  const wav = await Bun.file(demoSample).bytes();
  const heard = Promise.withResolvers<void>();
  async function* waiting() {
    yield wav.subarray(0, 100_000);
    await heard.promise;
    yield wav.subarray(100_000);
  }
  const { blocks } = openLive(waiting(), "waiting");
  const first = await blocks.next();
  expect(first.value?.samples.length).toBeGreaterThan(0);
  heard.resolve();
  await blocks.return();
});

test("what is not audio is refused by name", async () => {
  const noise = new Uint8Array(50_000).fill(7);
  const open = () => openLive(parts(noise, 999), "the socket");
  const said = "the socket: is no audio that ffmpeg can read; some formats can only be read as";
  await expectAsrError(() => wholeRecording(open()), "input", said);
});

test("what is no audio is refused by its first bytes, in parts of any size", async () => {
  const page = new TextEncoder().encode(`<!DOCTYPE html><html>${" ".repeat(1000)}`);
  for (const size of [7, 600, 5000]) {
    const open = () => openLive(parts(page, size), "the socket");
    await expectAsrError(() => wholeRecording(open()), "input", "the socket: is a web page");
  }
});

test("a stream that fails says so after what came before", async () => {
  const wav = await Bun.file(demoSample).bytes();
  async function* broken() {
    yield wav.subarray(0, 80_000);
    throw new Error("connection reset");
  }
  let length = 0;
  let failure: unknown;
  try {
    for await (const { samples } of openLive(broken(), "socket").blocks) length += samples.length;
  } catch (error) {
    failure = error;
  }
  expect(failure).toEqual(new Error("connection reset"));
  expect(length).toBeGreaterThanOrEqual(39_900);
});
