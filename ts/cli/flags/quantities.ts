import { AsrError } from "../../contract/errors.ts";

const kilo = 1000;
const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: kilo,
  m: kilo ** 2,
  g: kilo ** 3,
  t: kilo ** 4,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** Bytes as in `25MB`, `1.5 GB`, `4GiB`. Throws AsrError `usage`; `flag` has its hyphens. */
export function bytesOf(flag: string, text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = byteUnits[unit.toLowerCase().replace(/(?<=[kmgti])b$/, "")];
  const bytes = Math.round(Number(number) * (factor ?? Number.NaN));
  if (number !== "" && bytes >= 1) return bytes;
  throw new AsrError("usage", `${flag} ${text}: expected a size`, "as in 25MB or 4GB");
}

const timeUnits: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds as in `90`, `30s`, `10m`, `4h`. Throws AsrError `usage`; `flag` has its hyphens. */
export function secondsOf(flag: string, text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const seconds = Number(number) * (timeUnits[unit.toLowerCase()] ?? Number.NaN);
  if (number !== "" && !Number.isNaN(seconds)) return seconds;
  throw new AsrError("usage", `${flag} ${text}: expected a time`, "as in 30s, 10m or 4h");
}
