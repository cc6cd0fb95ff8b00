/** Milliseconds as a person reads them: `7.31 ms`, `142 ms`, `1.27 s`, `62.5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${significant(ms)} ms`;
  return `${significant(ms / 1000)} s`;
}

/** Bytes in decimal units: `2.6 MB`, `1.1 GB`. */
export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} GB`;
  if (count >= 1e8) return `${(count / 1e6).toFixed(0)} MB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

/** A share of 1 as `12.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Three significant digits, without an exponent. */
export function significant(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(6, digits));
}
