import { expect, test } from "bun:test";
import { join } from "node:path";
import { demoSample } from "../../native/locate.ts";
import { MadeAudio } from "../../testing/made-audio.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { transcribeWith } from "./transcribe.ts";

async function listed(...argv: string[]) {
  const load = () => Promise.reject(new Error("no model is needed"));
  return await outcomeOf((terminal) =>
    transcribeWith(load).run(["--list-tracks", ...argv], terminal),
  );
}

test("tracks are listed as a table, or as JSON, without a model", async () => {
  using made = new MadeAudio();
  const film = await made.make(
    "film.mkv",
    ...["-f", "lavfi", "-i", "anullsrc=d=1:r=48000", "-i", demoSample, "-map", "0", "-map", "1"],
    ...["-c:a", "flac", "-metadata:s:a:0", "language=eng"],
    ...["-metadata:s:a:1", "language=ger", "-metadata:s:a:1", "title=Commentary"],
    ...["-disposition:a:0", "0", "-disposition:a:1", "default"],
  );
  const table = await listed(film);
  expect(table).toMatchObject({ status: 0, notes: "" });
  expect(table.out).toBe(
    "track  language  codec  channels  rate      default  title\n" +
      "1      eng       flac   2         48000 Hz  -\n" +
      "2      ger       flac   1         16000 Hz  yes      Commentary\n",
  );
  const { out } = await listed(film, "--json");
  expect(JSON.parse(out)).toEqual({
    path: film,
    ok: true,
    tracks: [
      {
        number: 1,
        codec: "flac",
        channels: 2,
        sampleRate: 48_000,
        language: "eng",
        isDefault: false,
      },
      {
        number: 2,
        codec: "flac",
        channels: 1,
        sampleRate: 16_000,
        language: "ger",
        title: "Commentary",
        isDefault: true,
      },
    ],
  });
});

test("control characters of a title are shown, not sent to the terminal", async () => {
  using made = new MadeAudio();
  const title = ["-metadata:s:a:0", "title=a\u009b2Jb"];
  const film = await made.make("title.mkv", "-i", demoSample, "-c:a", "flac", ...title);
  expect((await listed(film)).out).toEndWith("  a\\x9b2Jb\n");
});

test("those of a data: URL, too", async () => {
  const url = `data:audio/wav;base64,${(await Bun.file(demoSample).bytes()).toBase64()}`;
  const { status, out } = await listed(url);
  expect([status, out.split("\n")[1]?.split(/ +/)[2]]).toEqual([0, "pcm_s16le"]);
});

test("what cannot be read is told, and the others are listed", async () => {
  using made = new MadeAudio();
  const none = join(made.folder, "none.mkv");
  const both = await listed(none, demoSample);
  expect(both.status).toBe(1);
  expect(both.notes).toContain("none.mkv: no such file");
  expect(both.out).toContain("pcm_s16le");
  const { out } = await listed(none, demoSample, "--json");
  const lines = out.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).ok)).toEqual([false, true]);
});
