import { describe, expect, test } from "bun:test";
import { bytesAsSource } from "./byte-source.ts";
import { noAudioIn } from "./no-audio.ts";

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const padded = (text: string) =>
  new Uint8Array(Buffer.concat([latin1(text), Buffer.alloc(600, 1)]));

describe("says what is no audio:", () => {
  const pointer =
    "version https://git-lfs.github.com/spec/v1\n" +
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 9\n";
  const cases: [string, Uint8Array, what: string, ...hint: string[]][] = [
    ["a Git LFS pointer", utf8(pointer), "is a Git LFS pointer", "git lfs pull"],
    ["a web page", utf8("\n<!DOCTYPE html><html><head>"), "is a web page", "download"],
    ["a web page without a type", utf8("<html lang=de>"), "is a web page"],
    ["JSON", utf8('{"error": "not found"}'), "is JSON text"],
    ["an HLS playlist", utf8("#EXTM3U\nother.wav\n"), "is a playlist", "that it names"],
    ["a concat script", utf8("ffconcat version 1.0\nfile x.wav\n"), "is a playlist"],
    ["a DASH manifest", utf8('<?xml version="1.0"?>\n<MPD xmlns="x">'), "is a playlist"],
    ["a session description", utf8("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n"), "is a playlist"],
    ["a PLS list", utf8("[playlist]\nFile1=a.mp3\n"), "is a playlist"],
    ["subtitles", utf8("1\n00:00:00,310 --> 00:00:01,930\nTurn on\n"), "is subtitles"],
    ["prose", utf8("hello ".repeat(200)), "is text, not audio"],
    ["prose with a cut letter", utf8("é".repeat(200)).slice(0, 399), "is text"],
    ["UTF-16", new Uint8Array(Buffer.from("\ufeffhello", "utf16le")), "is text"],
    ["a PDF", padded("%PDF-1.7\n%\xe2\xe3"), "is a PDF document, not audio"],
    ["a ZIP", padded("PK\x03\x04\x14\0"), "is a ZIP archive, not audio", "unpack"],
    ["gzip", padded("\x1f\x8b\x08\0"), "compressed by gzip", "unpack"],
    ["tar", padded(`${"\0".repeat(257)}ustar`), "is a tar archive"],
    ["a PNG", padded("\x89PNG\r\n\x1a\n"), "is a picture (PNG)"],
    ["a JPEG", padded("\xff\xd8\xff\xe0"), "is a picture (JPEG)"],
    ["a WebP", padded("RIFF\x10\0\0\0WEBPVP8 "), "is a picture (WebP)"],
    ["a HEIC", padded("\0\0\0\x18ftypheic"), "is a picture (HEIC)"],
    ["MIDI", padded("MThd\0\0\0\x06"), "is MIDI", "render"],
    ["SILK", padded("\x02#!SILK_V3"), "is SILK, as WeChat writes it, which ffmpeg cannot", "WAV"],
    ["a big-endian WAV", padded("RIFX\0\0\x01\0WAVEfmt "), "RIFX), which ffmpeg cannot", "sox"],
    ["a program", padded("\x7fELF\x02\x01"), "is a program"],
    ["zeros", new Uint8Array(100_000), "holds nothing but zeros", "again"],
  ];
  test.each(cases.map(([name, bytes, ...said]) => ({ name, bytes, said })))(
    "$name",
    async ({ bytes, said }) => {
      const found = await noAudioIn(bytesAsSource(bytes));
      for (const part of said) expect(`${found?.what}; ${found?.hint}`).toContain(part);
    },
  );
});

describe("lets through", () => {
  const late = new Uint8Array(100_000);
  late.set([0xff, 0xfb, 0x90, 0x44], 40_000);
  const cases: [string, Uint8Array][] = [
    ["a WAV", padded("RIFF\x10\0\0\0WAVEfmt ")],
    ["an MP4", padded("\0\0\0\x20ftypisom")],
    ["MPEG audio whose first bytes are the mark of UTF-16", padded("\xff\xfe\x90\x44\0\0\0\0")],
    ["noise", Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)],
    ["a header of text that sound follows", latin1("NIST_1A\n   1024\n".padEnd(1024))],
    ["zeros before sound that is longer than a look", late.fill(9, 40_004)],
  ];
  test.each(cases)("%s", async (_, bytes) => {
    expect(await noAudioIn(bytesAsSource(bytes))).toBeUndefined();
  });
});
