import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { findFfmpeg } from "../../ts/audio/ffmpeg/program.ts";
import { openAudio } from "../../ts/audio/open.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { pcm16Wav, tone } from "../../ts/testing/wav-writer.ts";
import type { Check, Random, Trials } from "../check.ts";
import { mutatedBytes } from "../mutations.ts";
import { pick } from "../random.ts";

export const check: Check = {
  number: 8,
  title: "ways out of ffmpeg",
  tries:
    "playlists, scripts and pictures that name a secret file or an address, under any " +
    "extension, as path, bytes and live; names that are flags, commands or protocols: the " +
    "secret is not heard, nobody is called, and plain audio is",
  inputs: 300,
  inputsOfTest: 30,
};

type Way = "path" | "bytes" | "stream";
/** A file, with what has to come of it. */
interface Upload {
  name: string;
  content: Uint8Array;
  way: Way;
  isAudio: boolean;
}

const extensions = ["mp3", "m3u8", "m4a", "wav", "ogg", "mkv", "txt", "svg", "flac", "concat", "x"];
const names = [
  "-i",
  "-version.flac",
  "$(touch pwned).flac",
  "`touch pwned`.flac",
  "a;touch pwned.flac",
  "line\nbreak.flac",
  "concat:a|b.flac",
  "file:x.flac",
  "pipe:0",
  "%03d.flac",
  "http:__x.flac",
  "subfile,,start,0,end,9,,:x.flac",
  "data:audio.flac",
  "*.flac",
  "'quote\".flac",
  "\u202egpj.flac",
];

/** Opens files that want more than to be heard. */
export async function open(folder: string): Promise<Trials<Upload>> {
  let calls = 0;
  const canary = createServer((_, response) => {
    calls++;
    response.end();
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(canary.address() as AddressInfo).port}`;
  const secret = join(folder, "secret.wav");
  writeFileSync(secret, pcm16Wav(tone(1)));
  const audio = await flacOf(secret, join(folder, "audio.flac"));
  const scripts = payloads(secret, address).map((text) => new TextEncoder().encode(text));
  process.chdir(folder);

  async function judge({ name, content, way, isAudio }: Upload): Promise<string | undefined> {
    const path = join(folder, name);
    writeFileSync(path, content);
    const blob = new Blob([Uint8Array.from(content)]);
    const input = way === "path" ? path : way === "bytes" ? blob : blob.stream();
    let peak = 0;
    try {
      const { blocks } = await openAudio(input);
      for await (const { samples } of blocks)
        for (const x of samples) peak = Math.max(peak, Math.abs(x));
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      if (isAudio) return `plain audio is refused: ${error.oneLine}`;
    }
    if (calls > 0) return "an address was called";
    if (readdirSync(folder).some((entry) => entry.startsWith("pwned"))) return "a command ran";
    if (!isAudio && peak > 0.1) return "the secret was heard";
    return isAudio && peak < 0.4 ? "plain audio was not heard" : undefined;
  }

  function input(random: Random, index: number): Upload {
    const way = pick<Way>(random, ["path", "path", "bytes", "stream"]);
    const name = names[index];
    if (name !== undefined) return { name, content: audio, way: "path", isAudio: true };
    const script = scripts[index % scripts.length]!;
    const extension = pick(random, extensions);
    const isPlain = index < names.length + 2 * scripts.length;
    const content = isPlain ? script : mutatedBytes(random, script, pick(random, scripts));
    return { name: `upload.${extension}`, content, way, isAudio: false };
  }

  return { input, judge, close: () => void canary.close() };
}

/** What makes programs open other files, in the formats that can. */
export function payloads(secret: string, address: string): string[] {
  const targets = [secret, `file://${secret}`, `http://${address}/x.wav`, `tcp://${address}`];
  return targets.flatMap((target) => [
    `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n${target}\n#EXT-X-ENDLIST\n`,
    `ffconcat version 1.0\nfile '${target}'\n`,
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>' +
      '<AdaptationSet mimeType="audio/wav"><Representation id="1" bandwidth="1">' +
      `<BaseURL>${target}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    `<svg xmlns="http://www.w3.org/2000/svg"><image href="${target}"/></svg>`,
    `[playlist]\nFile1=${target}\nNumberOfEntries=1\n`,
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\n" +
      `m=audio ${address.split(":")[1]} RTP/AVP 0\n`,
    `concat:${target}|${target}\n`,
    `subfile,,start,0,end,99999,,:${target}\n`,
    `crypto:${target}\n`,
    `;FFMETADATA1\ntitle=${target}\n`,
    `rtsp://${address}/\n`,
    `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${target}"\n#EXTINF:1,\n${target}\n`,
  ]);
}

/** The secret's own sound, as a file that may be heard. */
async function flacOf(wav: string, path: string): Promise<Uint8Array> {
  const command = [await findFfmpeg(), "-v", "error", "-nostdin", "-i", wav, path];
  await Bun.spawn(command, { stdin: "ignore" }).exited;
  if (!existsSync(path)) throw new Error("ffmpeg made no FLAC");
  return await Bun.file(path).bytes();
}
