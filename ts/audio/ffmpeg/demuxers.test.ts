import { describe, expect, test } from "bun:test";
import { allowedFormats, commonFormats, formatsOf } from "./demuxers.ts";
import { findFfmpeg } from "./program.ts";

const refused = [
  ..."concat dash hls imf image2 image2pipe rtp rtsp sap sdp vobsub mlv".split(" "),
  ..."webm_dash_manifest ffmetadata alaw mulaw s16le u8 f32le rawvideo data".split(" "),
  ..."png_pipe svg_pipe lavfi v4l2 video4linux2 pulse openal x11grab".split(" "),
];

describe("what ffmpeg may read", () => {
  test("is all that it can, in the words of version 5 and 9, but what leads elsewhere", () => {
    const five = " D. = Demuxing supported\n --\n D  aac  raw ADTS\n DE alaw  PCM\n D  hls  HLS\n";
    expect(allowedFormats(`File formats:\n${five} D  mxf  MXF\n  E mp4  MP4\n`)).toBe("aac,mxf");
    const nine =
      " ..d = Is a device\n ---\n D   aac  raw\n D d pulse  Pulse\n DE  mov,mp4  QuickTime\n";
    expect(allowedFormats(`Formats:\n D.. = Demuxing\n${nine} D d new  Unheard\n`)).toBe(
      "aac,mov,mp4",
    );
    expect(allowedFormats(" D  hls,applehttp  Apple HTTP\n")).toBe("");
  });

  test("has the common formats and rare ones, of the ffmpeg that is here", async () => {
    const formats = (await formatsOf(await findFfmpeg())).split(",");
    expect(formats).toContain("mxf");
    expect(formats).toContain("nistsphere");
    expect(formats.filter((name) => refused.includes(name) || /_pipe$/.test(name))).toEqual([]);
    expect(commonFormats.split(",").filter((name) => !formats.includes(name))).toEqual([]);
  });

  test("is the common formats where ffmpeg does not say", async () => {
    expect(await formatsOf(Bun.which("false") ?? "false")).toBe(commonFormats);
  });
});
