/** Speech that is heard well peaks above this, in dB of full scale. */
const quiet = -40;
/** Where the hint would lift the peak to. */
const wanted = -3;

/** What to say of a recording without text; undefined where it is loud enough. */
export function quietNote(peak: number): string | undefined {
  if (peak === 0) return "every sample is 0: nothing was recorded";
  const level = 20 * Math.log10(peak);
  if (level >= quiet) return undefined;
  const gain = Math.round(wanted - level);
  const hint = `try it louder, as from ffmpeg -i INPUT -af volume=${gain}dB louder.wav`;
  return `it is very quiet, its peak is ${level.toFixed(1)} dB of full scale; ${hint}`;
}
