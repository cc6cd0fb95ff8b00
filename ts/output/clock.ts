/** Milliseconds as `hh:mm:ss.mmm`, with as many digits for the hours as they need, at least two. */
export function clock(ms: number, decimalSign: "." | ","): string {
  const [seconds, rest] = [Math.floor(ms / 1000), ms % 1000];
  const hours = padded(seconds / 3600, 2);
  const minutes = padded((seconds / 60) % 60, 2);
  return `${hours}:${minutes}:${padded(seconds % 60, 2)}${decimalSign}${padded(rest, 3)}`;
}

/** Milliseconds as `mm:ss.cc`; an hour is 60 minutes, and minutes may pass 99. */
export function minutesClock(ms: number): string {
  const hundredths = Math.round(ms / 10);
  const minutes = padded(hundredths / 6000, 2);
  return `${minutes}:${padded((hundredths / 100) % 60, 2)}.${padded(hundredths % 100, 2)}`;
}

function padded(value: number, digits: number): string {
  return String(Math.floor(value)).padStart(digits, "0");
}
