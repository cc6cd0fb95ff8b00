import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { audioTracks } from "../audio-tracks.ts";
import { findFfmpeg } from "../ffmpeg/program.ts";
import { checkTrackChoice, isLanguage } from "./track-language.ts";
import { type AudioTrack, channelsOf, chooseTrack, readTracks } from "./tracks.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-tracks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a file with ffmpeg and returns its path. */
async function made(name: string, ...options: string[]): Promise<string> {
  const path = join(folder, name);
  const command = [await findFfmpeg(), "-v", "error", "-y", ...options, path];
  const child = Bun.spawn(command, { stdin: "ignore", stderr: "pipe" });
  expect(await child.stderr.text()).toBe("");
  return path;
}

const silence = ["-f", "lavfi", "-i", "anullsrc=d=1"];
const picture = ["-f", "lavfi", "-i", "color=s=64x64:r=10:d=1"];
const german = ["-metadata:s:a:1", "language=ger"];

describe("the tracks of a file", () => {
  test("in Matroska, with all that it tells of them", async () => {
    const path = await made(
      "tracks.mkv",
      ...[...picture, ...silence, "-i", demoSample, "-map", "0", "-map", "1", "-map", "2"],
      ...["-c:v", "mpeg4", "-c:a:0", "ac3", "-ac:a:0", "6", "-c:a:1", "flac", ...german],
      ...["-disposition:a:0", "0", "-disposition:a:1", "default+comment"],
      ...["-metadata:s:a:1", "title=Notes (of the director), 5.1"],
    );
    expect(await audioTracks(path)).toEqual([
      { number: 1, codec: "ac3", channels: 6, sampleRate: 44_100, isDefault: false },
      {
        number: 2,
        codec: "flac",
        channels: 1,
        sampleRate: 16_000,
        isDefault: true,
        language: "ger",
        title: "Notes (of the director), 5.1",
      },
    ]);
  });

  test.each([
    ["mp4", ["-c:a", "aac"]],
    ["ts", ["-c:a", "mp2"]],
    ["asf", ["-c:a", "wmav2"]],
    ["mka", ["-c:a", "pcm_s16le"]],
  ])("in %s", async (extension, codec) => {
    const path = await made(
      `two.${extension}`,
      ...[...silence, "-i", demoSample, "-map", "0", "-map", "1", ...codec],
      ...["-metadata:s:a:0", "language=eng", ...german],
    );
    const tracks = await audioTracks(Bun.file(path));
    expect(tracks).toMatchObject([
      { number: 1, channels: 2, sampleRate: 44_100, language: "eng" },
      { number: 2, channels: 1, sampleRate: 16_000, language: "ger" },
    ]);
    // The bytes alone tell the same.
    expect(await audioTracks(await Bun.file(path).bytes())).toEqual(tracks);
  });

  test("there is one in a WAV, and one in samples", async () => {
    const one = { number: 1, channels: 1, sampleRate: 16_000 };
    expect(await audioTracks(demoSample)).toMatchObject([{ ...one, codec: "pcm_s16le" }]);
    const samples = { samples: new Float32Array(8), sampleRate: 16_000 };
    expect(await audioTracks(samples)).toMatchObject([{ ...one, codec: "f32le" }]);
  });

  test("there is none in a film without sound", async () => {
    expect(await audioTracks(await made("silent.mkv", ...picture, "-c:v", "mpeg4"))).toEqual([]);
  });

  test("what is no recording is told by its name", async () => {
    await expectAsrError(() => audioTracks(join(folder, "none.mkv")), "input", "no such file");
    const noise = new Uint8Array(5000).fill(0xfe);
    await expectAsrError(() => audioTracks(noise), "input", "audio bytes: ");
  });

  test("programs that share one have it once; titles cannot pretend to be one", () => {
    const said = `\
Input #0, mpegts, from 'a.ts':
  Program 3 
  Stream #0:10[0x10a](eng): Audio: ac3 (AC-3 / 0x332D4341), 48000 Hz, 5.1(side), fltp, 640 kb/s
  Program 1 
  Stream #0:1[0x101](ger,fra): Audio: mp2 ([4][0][0][0] / 0x0004), 48000 Hz, stereo, s16p, 160 kb/s
  Program 2 
    Metadata:
      service_name    : Second
  Stream #0:1[0x101](ger,fra): Audio: mp2 ([4][0][0][0] / 0x0004), 48000 Hz, stereo, s16p, 160 kb/s
  Stream #0:2[0x102](und): Audio: aac ([15][0][0][0] / 0x000F), 0 channels (default)
    Metadata:
      title           : one
                      : Stream #0:9: Audio: mp3, 8000 Hz, mono
  Stream #0:3: Subtitle: dvb_subtitle (default)
    Metadata:
      title           : another`;
    expect(readTracks(said)).toEqual([
      {
        number: 1,
        codec: "mp2",
        channels: 2,
        sampleRate: 48_000,
        isDefault: false,
        language: "ger,fra",
      },
      { number: 2, codec: "aac", isDefault: true, title: "one" },
      {
        number: 3,
        codec: "ac3",
        channels: 6,
        sampleRate: 48_000,
        isDefault: false,
        language: "eng",
      },
    ]);
  });

  test("all layouts of this ffmpeg have as many channels as it says", async () => {
    const said = Bun.spawnSync([await findFfmpeg(), "-hide_banner", "-layouts"]).stdout.toString();
    const rows = said.split("Standard channel layouts:")[1]!.trim().split("\n").slice(1);
    const layouts = rows.map((row) => row.trim().split(/\s+/) as [string, string]);
    expect(layouts.length).toBeGreaterThan(25);
    const counts = layouts.map(([name]) => [name, channelsOf(name)]);
    expect(counts).toEqual(layouts.map(([name, parts]) => [name, parts.split("+").length]));
    expect(["3 channels (FL+FR+FC)", "ambisonic 1", "?"].map(channelsOf)).toEqual([
      3,
      4,
      undefined,
    ]);
  });
});

describe("the track that is heard", () => {
  const track = (number: number, more: Partial<AudioTrack> = {}): AudioTrack => ({
    number,
    codec: "aac",
    isDefault: false,
    ...more,
  });
  const tracks = [
    track(1, { language: "eng" }),
    track(2, { language: "ger" }),
    track(3, { language: "deu", isDefault: true, title: "Commentary" }),
    track(4),
  ];

  test.each([
    ["default", 3],
    [2, 2],
    ["en", 1],
    ["German", 3],
    ["ger", 3],
    ["de-AT", 3],
  ])("by %p is %d", (choice, number) => {
    expect(chooseTrack(tracks, choice, "a.mkv").number).toBe(number);
  });

  test("is the first where none is the default", () => {
    expect(chooseTrack([track(1), track(2)], "default", "a.mkv").number).toBe(1);
  });

  test.each([
    [5, "a.mkv: there is no audio track 5; it has track 1 (English), track 2 (German)"],
    ["fr", "a.mkv: there is no audio track in French; it has track 1 (English)"],
  ])("cannot be %p", async (choice, why) => {
    await expectAsrError(() => chooseTrack(tracks, choice, "a.mkv"), "input", why);
  });

  test("there has to be one", async () => {
    await expectAsrError(() => chooseTrack([], "default", "a.mp4"), "input", "has no audio track");
  });
});

describe("a language", () => {
  const codes = [
    ..."sqi alb, hye arm, eus baq, mya bur, zho chi, ces cze, nld dut, fra fre, kat geo".split(
      ", ",
    ),
    ..."deu ger, ell gre, isl ice, mkd mac, msa may, mri mao, fas per, ron rum".split(", "),
    ..."slk slo, bod tib, cym wel".split(", "),
  ].map((pair) => pair.split(" ") as [string, string]);

  test.each(codes)("has two codes in ISO 639-2: %s and %s", (first, second) => {
    expect(isLanguage(first, second)).toBe(true);
    expect(isLanguage(first, "English")).toBe(false);
  });

  test.each([
    ["ger", "de"],
    ["de-AT", "German"],
    ["deu", " DEUTSCH "],
    ["por", "pt_BR"],
    ["ukr", "Ukrainian"],
    ["zh", "cmn"],
  ])("%p is %p", (tag, text) => {
    expect(isLanguage(tag, text)).toBe(true);
  });

  test("that nobody knows is nobody's", () => {
    for (const tag of ["und", "mul", "qaa", "x", ""]) expect(isLanguage(tag, tag)).toBe(false);
  });

  test("that is none is refused before anything is opened", async () => {
    await expectAsrError(() => checkTrackChoice("Klingonese"), "usage", "which is no language");
    await expectAsrError(() => checkTrackChoice("und"), "usage", "which is no language");
    for (const choice of [undefined, 1, "default", "ger"]) checkTrackChoice(choice);
  });
});
