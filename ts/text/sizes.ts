const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes for a person: three digits and a decimal unit, as in 4.71 GB. */
export function byteText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  const decimals = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(decimals)} ${units[unit]}`;
}

/** Seconds for a person, as in 45 s, 3 min 20 s or 2 h 5 min. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
