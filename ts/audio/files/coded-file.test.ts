import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { pcm16Wav, tone } from "../../testing/wav-writer.ts";
import { findFfmpeg } from "../ffmpeg/program.ts";
import { openFile } from "./file.ts";

let folder = "";
let ffmpeg = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-coded-"));
  ffmpeg = await findFfmpeg();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...parts: (Uint8Array | string)[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part))));
  return path;
}

/** What ffmpeg makes of its inputs, by default of the sample. */
async function written(name: string, options: string, input = `-i ${demoSample}`) {
  const path = join(folder, `made-${name}`);
  const words = [...input.split(" "), ...options.split(" "), path];
  const { success, stderr } = Bun.spawnSync([ffmpeg, "-v", "error", "-y", ...words]);
  if (!success) throw new Error(`${stderr}`);
  return await Bun.file(path).bytes();
}

/** A file, heard to its end, in seconds. */
async function hear(path: string) {
  const { blocks, remarks } = await openFile(path, "x");
  let end = 0;
  let sum = 0;
  for await (const { at, samples } of blocks) {
    end = at + samples.length;
    sum += samples.length;
  }
  return { end: end / 16_000, seconds: sum / 16_000, ...remarks };
}

const whole = 5.147375;

describe("a file that is cut is heard as far as it goes, with one loss:", () => {
  const cases: [string, string][] = [
    ["mp3", "-c:a libmp3lame -q:a 4"],
    ["flac", "-c:a flac"],
    ["m4a", "-c:a aac -movflags faststart"],
    ["mkv", "-c:a aac"],
    ["webm", "-c:a libopus"],
    ["opus", "-c:a libopus -page_duration 20000"],
    ["aiff", "-c:a pcm_s16be"],
    ["wma", "-c:a wmav2"],
    ["avi", "-c:a libmp3lame"],
    ["flv", "-c:a aac"],
    ["tta", "-c:a tta"],
  ];
  test.each(cases)("%s", async (ending, options) => {
    const bytes = await written(`whole.${ending}`, options);
    const sound = await hear(file(`whole.${ending}`, bytes));
    expect(sound.losses).toEqual([]);
    expect(Math.abs(sound.end - whole)).toBeLessThan(0.15);
    const cut = await hear(file(`cut.${ending}`, bytes.subarray(0, bytes.length * 0.6)));
    expect(cut.losses).toHaveLength(1);
    expect(cut.end).toBeLessThan(4.5);
    expect(cut.end).toBeGreaterThan(1.5);
  });
});

describe("recordings one behind the other are all heard, without an alarm:", () => {
  const [opus, vorbis] = [".opus -c:a libopus", ".ogg -c:a flac"];
  const cases: [string, string[]][] = [
    ["Opus", [opus, opus]],
    ["Opus and another codec in Ogg", [opus, vorbis]],
    ["another codec and Opus in Ogg", [vorbis, opus, vorbis]],
    ["MP3", [".mp3 -c:a libmp3lame", ".mp3 -c:a libmp3lame -ar 16000"]],
    ["MP3 and MP3 without headers", [".mp3 -write_xing 0", ".mp3 -write_xing 0"]],
    ["FLAC", [".flac -c:a flac", ".flac -c:a flac"]],
    ["M4A", [".m4a -c:a aac", ".m4a -c:a alac"]],
    ["Matroska", [".mkv -c:a aac", ".mkv -c:a aac"]],
    ["FLV", [".flv -c:a aac", ".flv -c:a libmp3lame -ar 44100"]],
    ["AIFF", [".aiff -c:a pcm_s16be", ".aiff -c:a pcm_s16be"]],
    ["WAV", [".wav -c:a adpcm_ima_wav", ".wav -c:a adpcm_ms", ".wav -c:a pcm_s16le"]],
    ["AAC", [".aac -c:a aac", ".aac -c:a aac"]],
    ["MPEG-TS", [".ts -c:a aac", ".ts -c:a aac"]],
  ];
  test.each(cases)("%s", async (name, made) => {
    const parts = await Promise.all(
      made.map((options, index) => {
        const [ending = "", ...rest] = options.split(" ");
        return written(`${name.replaceAll(" ", "-")}${index}${ending}`, rest.join(" "));
      }),
    );
    const { seconds, losses } = await hear(file("joined.bin", ...parts));
    expect(losses).toEqual([]);
    expect(Math.abs(seconds - made.length * whole)).toBeLessThan(0.35 * made.length);
  });
});

describe("what ffmpeg can read is heard, even if few have it:", () => {
  const cases: [string, string][] = [
    ["mxf", "-ar 48000 -c:a pcm_s16le"],
    ["nut", "-c:a pcm_s16le"],
    ["wtv", "-c:a mp2"],
    ["sox", "-c:a pcm_s32le"],
    ["sf", "-c:a pcm_s16le -f ircam"],
    ["rso", "-c:a pcm_u8"],
    ["w64", "-c:a pcm_s16le"],
    ["spx", "-ar 48000 -c:a truehd -strict -2 -f truehd"],
    ["mlp", "-ar 48000 -c:a mlp -strict -2"],
  ];
  test.each(cases)("%s", async (ending, options) => {
    const picture = ending === "mxf" ? "-f lavfi -i testsrc=s=720x576:r=25:d=5 " : "";
    const codec = ending === "mxf" ? "-c:v mpeg2video " : "";
    const input = `${picture}-i ${demoSample}`;
    const { end, losses } = await hear(
      file(`rare.${ending}`, await written(`rare.${ending}`, `${codec}${options}`, input)),
    );
    expect(losses).toEqual([]);
    expect(Math.abs(end - whole)).toBeLessThan(0.2);
  });
});

describe("a file that leads to another one does not let it be heard:", () => {
  const secret = () => file("secret.wav", pcm16Wav(tone(1, 44_100), 44_100));
  const cases: [string, (secret: string) => string][] = [
    ["hls", (path) => `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${path}\n#EXT-X-ENDLIST\n`],
    ["concat", (path) => `ffconcat version 1.0\nfile '${path}'\n`],
    ["dash", (path) => `<?xml version="1.0"?><MPD><BaseURL>${path}</BaseURL></MPD>`],
    ["sdp", () => "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n"],
    ["svg", (path) => `<svg xmlns="http://www.w3.org/2000/svg"><image href="${path}"/></svg>`],
  ];
  test.each(cases)("%s", async (kind, text) => {
    const bytes = text(secret());
    await expectAsrError(() => hear(file(`list.${kind}`, bytes)), "input", "not audio");
    // Its beginning is longer than what is looked at for text, and its name is another one.
    for (const name of [`padded.${kind}`, "padded.mp3"]) {
      const padded = `${bytes}${"\n".repeat(20)}${"\0".repeat(600)}`;
      await expectAsrError(() => hear(file(name, padded)), "input");
    }
  });
});

describe("says what is wrong with", () => {
  const noise = Uint8Array.from({ length: 30_000 }, (_, i) => (i * 7919) >> (i % 7));
  const cases: [string, () => Promise<string>, ...string[]][] = [
    [
      "pictures without sound",
      async () =>
        file("v.mp4", await written("v.mp4", "-c:v mpeg4", "-f lavfi -i testsrc=d=1:s=64x64")),
      "x: has no audio track",
    ],
    ["noise", async () => file("noise.mp3", noise), "x: is no audio that ffmpeg can read"],
    ["zeros", async () => file("zeros.mp3", new Uint8Array(100_000)), "nothing but zeros"],
    [
      "an MP4 without its index",
      async () => {
        const bytes = await written("late.m4a", "-c:a aac");
        return file("late.m4a", bytes.subarray(0, 20_000));
      },
      "has no index (moov box)",
    ],
  ];
  test.each(cases)("%s", async (_, make, ...said) => {
    const path = await make();
    await expectAsrError(() => hear(path), "input", ...said);
  });

  test("samples without a header", async () => {
    const open = (name: string) => async () => {
      for await (const _ of (await openFile(file(name, noise), name)).blocks);
    };
    for (const [name, format] of [
      ["tel.ul", "mulaw"],
      ["tel.al", "alaw"],
      ["a.raw", "s16le"],
    ]) {
      await expectAsrError(open(name!), "input", `${name}: seems to be samples`, `-f ${format}`);
    }
  });
});

test("another file at its path, before ffmpeg opens it, is refused", async () => {
  const bytes = await written("first.mp3", "-c:a libmp3lame");
  const path = file("first.mp3", bytes);
  const { blocks } = await openFile(path, "x");
  renameSync(file("second.mp3", bytes), path);
  await expectAsrError(() => blocks.next(), "input", "x: was replaced while it was read");
});

test("a reader that leaves early leaves no handle open", async () => {
  const long = pcm16Wav(tone(30, 44_100), 44_100);
  const paths = [
    file("long.wav", long),
    file("long.mp3", await written("long.mp3", "-c:a libmp3lame", `-i ${file("l.wav", long)}`)),
  ];
  const open = () => readdirSync("/dev/fd").length;
  const leave = async () => {
    for (const path of paths) for await (const _ of (await openFile(path, "x")).blocks) break;
  };
  await leave();
  const before = open();
  for (let round = 0; round < 10; round++) await leave();
  expect(open()).toBeLessThanOrEqual(before + 2);
});
