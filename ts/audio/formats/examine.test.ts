import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample } from "../../native/locate.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { findFfmpeg } from "../ffmpeg/program.ts";
import { bytesAsSource } from "./byte-source.ts";
import { examine } from "./examine.ts";

let folder = "";
let ffmpeg = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-examine-"));
  ffmpeg = await findFfmpeg();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const made = new Map<string, Uint8Array>();

/** The sample as ffmpeg writes it with these options, which end with the name's ending. */
async function written(options: string): Promise<Uint8Array> {
  const before = made.get(options);
  if (before !== undefined) return before;
  const path = join(folder, `${made.size}.${options.split(" ").at(-1)}`);
  const wanted = options.split(" ").slice(0, -1);
  const command = [ffmpeg, "-v", "error", "-i", demoSample, ...wanted, path];
  const { success, stderr } = Bun.spawnSync(command);
  if (!success) throw new Error(`${options}: ${stderr}`);
  const bytes = await Bun.file(path).bytes();
  made.set(options, bytes);
  return bytes;
}

const examined = (bytes: Uint8Array) => examine(bytesAsSource(bytes));
const joined = (...files: Uint8Array[]) => new Uint8Array(Buffer.concat(files));
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

const mp3 = "-c:a libmp3lame -q:a 4 mp3";
/** What says how long it is. */
const promising = [
  mp3,
  "-c:a libmp3lame -b:a 64k -ar 22050 mp3",
  "flac",
  "-c:a aac -movflags faststart m4a",
  "-c:a aac -movflags frag_keyframe+empty_moov mp4",
  "-c:a alac -movflags faststart m4a",
  "-c:a aac mkv",
  "-c:a libopus webm",
  "-c:a libopus ogg",
  "-c:a libopus -page_duration 20000 opus",
  "-c:a flac ogg",
  "-c:a pcm_s16be aiff",
  "-c:a pcm_s16le caf",
  "-c:a pcm_s16be au",
  "-c:a pcm_s16le w64",
  "-c:a aac avi",
  "-c:a aac flv",
  "-c:a wmav2 asf",
];
/** What does not. */
const silent = [
  "-c:a libmp3lame -write_xing 0 mp3",
  "-c:a libmp3lame -ar 8000 -id3v2_version 3 -write_id3v1 1 -metadata title=x mp3",
  "-c:a mp2 mp2",
  "-c:a aac aac",
  "-c:a aac ts",
  "-c:a aac -cluster_time_limit 500 -live 1 -f matroska mkv",
  "-c:a libopus -live 1 -f webm webm",
  "-c:a ac3 ac3",
  "-c:a wavpack wv",
  "-c:a tta tta",
  "-c:a mp2 mpg",
  "-c:a mp2 wtv",
];

describe("finds nothing wrong in a whole file:", () => {
  test.each([...promising, ...silent])("%s", async (options) => {
    const findings = await examined(await written(options));
    expect(findings).toMatchObject({ losses: [], notes: [] });
    expect([findings.links, findings.refusal]).toEqual([undefined, undefined]);
  });

  test("the sound that a FLAC promises", async () => {
    expect((await examined(await written("flac"))).promised).toBeCloseTo(5.147375, 6);
  });

  test("an MP3 between tags", async () => {
    const id3 = joined(latin1("ID3\x04\0\0\0\0\x02\0"), new Uint8Array(256).fill(0xff));
    const head = joined(latin1("APETAGEX\xd0\x07\0\0"), new Uint8Array([40, 0, 0, 0, 0, 0, 0, 0]));
    const ape = joined(head, new Uint8Array([0, 0, 0, 0xa0]), new Uint8Array(48).fill(0xff));
    const end = joined(latin1("TAG"), new Uint8Array(125));
    const bytes = joined(id3, await written(mp3), ape, end, id3, await written(mp3), end);
    expect(await examined(bytes)).toMatchObject({ losses: [], notes: [], isWalked: true });
  });
});

describe("finds what is missing of a file that is cut:", () => {
  const random = seededRandom(3);
  test.each(promising)("%s", async (options) => {
    const bytes = await written(options);
    for (const part of [0.3, 0.5, 0.7, 0.9, random(), random(), random()]) {
      const length = Math.round(bytes.length * (0.2 + 0.75 * part));
      const { losses, promised } = await examined(bytes.slice(0, length));
      if (promised === undefined) expect([length, losses.length]).toEqual([length, 1]);
      else expect(promised).toBeCloseTo(5.147375, 6);
      for (const loss of losses)
        expect(loss).toMatch(/^it is cut short: .* are promised, .* there$/);
    }
  });

  test("an MP3 of Fraunhofer's encoder, whose header is another one", async () => {
    const frames = await written("-c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0 mp3");
    // 5.2 s at 16 kHz are 144 frames of 288 bytes.
    const header = new Uint8Array(288);
    header.set(frames.subarray(0, 4));
    header.set(latin1("VBRI\0\x01"), 36);
    new DataView(header.buffer).setUint32(50, 144);
    expect((await examined(joined(header, frames))).losses).toEqual([]);
    const { losses } = await examined(joined(header, frames.subarray(0, 288 * 72)));
    expect(losses).toEqual(["it is cut short: 5.2 s of sound are promised, 2.6 s are there"]);
  });

  test("SPHERE, by the samples that it counts", async () => {
    const lines = ["NIST_1A", "   1024", "sample_count -i 4000", "sample_n_bytes -i 2"];
    const header = [...lines, "channel_count -i 2", "sample_coding -s3 pcm", "end_head", ""];
    const bytes = joined(latin1(header.join("\n").padEnd(1024)), new Uint8Array(16_000).fill(1));
    expect((await examined(bytes)).losses).toEqual([]);
    const { losses } = await examined(bytes.slice(0, 9000));
    expect(losses).toEqual(["it is cut short: 17,024 bytes are promised, 9,000 are there"]);
  });

  test("an MP4 with its index last has none", async () => {
    const { refusal } = await examined((await written("-c:a aac m4a")).slice(0, 20_000));
    expect(refusal?.what).toContain("has no index (moov box)");
  });
});

describe("finds what is missing inside:", () => {
  test("frames of an MP3", async () => {
    const bytes = (await written(mp3)).slice();
    bytes.fill(0x55, 9000, 9800);
    const { losses } = await examined(bytes);
    expect(losses.join()).toMatch(/bytes between its frames are damaged/);
  });

  test("pages of an Ogg", async () => {
    const options = "-c:a libopus -page_duration 20000 opus";
    const pages = Buffer.from(await written(options))
      .toString("latin1")
      .split(/(?=OggS)/);
    pages.splice(20, 3);
    const { losses } = await examined(latin1(pages.join("")));
    expect(losses).toEqual(["3 of its pages are missing"]);
  });

  test("bytes of an Ogg", async () => {
    const bytes = Buffer.from(await written("-c:a libopus -page_duration 20000 opus"));
    bytes.fill(0x55, bytes.indexOf("OggS", 9000), bytes.indexOf("OggS", 9000) + 4);
    expect((await examined(bytes)).losses).toEqual(["1 of its pages are missing"]);
  });
});

describe("finds recordings that are joined:", () => {
  const [opus, vorbis] = ["-c:a libopus ogg", "-c:a flac ogg"];
  const cases: [string, string[]][] = [
    ["Opus and Opus", [opus, opus]],
    ["Opus and FLAC in Ogg", [opus, vorbis, opus]],
    ["M4A", ["-c:a aac -movflags faststart m4a", "-c:a aac m4a"]],
    ["Matroska", ["-c:a aac mkv", "-c:a aac mkv"]],
    ["FLAC", ["flac", "flac"]],
    ["AIFF", ["-c:a pcm_s16be aiff", "-c:a pcm_s16be aiff", "-c:a pcm_s16be aiff"]],
  ];
  test.each(cases)("%s", async (_, options) => {
    const files = await Promise.all(options.map(written));
    const { links, losses, notes } = await examined(joined(...files));
    let at = 0;
    const expected = files.map(({ length }) => {
      at += length;
      return { start: at - length, end: at };
    });
    expect(links).toEqual(expected);
    expect(losses).toEqual([]);
    expect(notes).toEqual([`${files.length} recordings one behind the other: all are heard`]);
  });

  test("of the second, a part", async () => {
    const file = await written("-c:a aac -movflags faststart m4a");
    const { links, losses } = await examined(joined(file, file.slice(0, 20_000)));
    expect(links).toHaveLength(2);
    expect(losses).toHaveLength(1);
  });
});

describe("finds what follows in another format:", () => {
  const wav = "-c:a pcm_s16le wav";
  test.each([mp3, "-c:a aac mkv", "-c:a aac m4a", "-c:a libopus ogg", "-c:a pcm_s16be aiff"])(
    "%s",
    async (options) => {
      const { losses } = await examined(joined(await written(options), await written(wav)));
      expect(losses).toHaveLength(1);
      expect(losses[0]).toMatch(/^[\d,]+ bytes (behind its end are not heard|between its frames)/);
    },
  );
});

test("says of an encrypted track that it is protected", async () => {
  const bytes = Buffer.from(await written("-c:a aac -movflags faststart m4a"));
  for (const name of ["drms", "aavd", "enca"]) {
    bytes.write(name, bytes.indexOf("stsd") + 16, "latin1");
    expect((await examined(bytes)).refusal?.what).toContain(`is protected (DRM, ${name})`);
  }
});

test("mutants are examined quickly", async () => {
  const random = seededRandom(11);
  let slowest = 0;
  for (const options of promising) {
    const bytes = await written(options);
    for (let round = 0; round < 40; round++) {
      const mutant = bytes.slice(0, random() < 0.3 ? random() * bytes.length : undefined);
      const reach = random() < 0.5 ? 300 : mutant.length;
      for (let k = 0; k < 8; k++) mutant[Math.floor(random() * reach)] = Math.floor(random() * 256);
      const started = performance.now();
      await examined(mutant);
      slowest = Math.max(slowest, performance.now() - started);
    }
  }
  // The largest take a millisecond; the rest is room for a busy machine.
  expect(slowest).toBeLessThan(2000);
});
