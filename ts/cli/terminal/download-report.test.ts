import { expect, test } from "bun:test";
import { byteText, durationText } from "../../text/sizes.ts";
import { DownloadReport } from "./download-report.ts";

/** The notes of a download of 710 MB, of which 110 MB were there, at 12.5 MB a second. */
function notes(isTty: boolean, quiet = false, columns = 80): string {
  let [written, now] = ["", 0];
  const terminal = {
    out: () => {},
    note: (text: string) => {
      written += text;
    },
    renew: (text: string) => {
      written += `\r\x1b[K${text}`;
    },
    outIsTty: isTty,
    noteIsTty: isTty,
    columns,
  };
  const report = new DownloadReport(terminal, "0.6b", quiet, () => now);
  for (let done = 110e6; done <= 710e6; done += 1e6) {
    report.progress({ done, total: 710e6 });
    now += 80;
  }
  report.end(true);
  return written;
}

test("a bar with rate and time left, at most ten times a second", () => {
  const bars = notes(true).split("\r\x1b[K");
  expect(bars[0]).toBe("downloading 0.6b: 600 MB\n");
  expect(bars).toContain(" 43 % ██████████░░░░░░░░░░░░░░ 307 MB of 710 MB, 12.5 MB/s, 32 s left");
  expect(bars.at(-1)).toBe("downloaded 0.6b: 48 s, 12.5 MB/s\n");
  expect(Math.max(...bars.map((bar) => bar.trimEnd().length))).toBeLessThan(80);
  const narrow = notes(true, false, 50).split("\r\x1b[K");
  expect(narrow).toContain(" 43 %  307 MB of 710 MB, 12.5 MB/s, 32 s left".replace("  ", " "));
  expect(bars.length).toBeLessThan(310);
});

test("a line for each tenth where a line cannot be rewritten", () => {
  const lines = notes(false).trimEnd().split("\n");
  expect(lines.length).toBe(10);
  expect(lines[0]).toBe("downloading 0.6b: 600 MB");
  expect(lines[1]).toBe(" 20 % 142 MB of 710 MB, 12.5 MB/s, 45 s left");
  expect(lines[9]).toBe("downloaded 0.6b: 48 s, 12.5 MB/s");
});

test("nothing when quiet", () => {
  expect([notes(true, true), notes(false, true)]).toEqual(["", ""]);
});

test("a download that begins again shows no negative rate", () => {
  let written = "";
  const note = (text: string) => {
    written += text;
  };
  const renew = (text: string) => note(`\r\x1b[K${text}`);
  const terminal = { out: () => {}, note, renew, outIsTty: true, noteIsTty: true };
  let now = 0;
  const report = new DownloadReport(terminal, "x", false, () => now);
  for (const done of [0, 60, 0, 10]) {
    report.progress({ done, total: 100 });
    now += 1000;
  }
  report.end(false);
  expect(written).not.toMatch(/-\d|NaN|Infinity/);
  expect(written).toEndWith("\r\x1b[K");
});

test("sizes and times for a person", () => {
  const bytes = [0, 999, 1000, 9994, 99_949, 999_499, 999_500, 4.706e9, 2e15];
  expect(bytes.map(byteText)).toEqual(
    "0 B,999 B,1.00 kB,9.99 kB,99.9 kB,999 kB,1.00 MB,4.71 GB,2000 TB".split(","),
  );
  expect([0, 59.4, 60, 200, 3599.6, 7500].map(durationText)).toEqual(
    "0 s,59 s,1 min 0 s,3 min 20 s,1 h 0 min,2 h 5 min".split(","),
  );
});
