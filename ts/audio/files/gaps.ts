import { type DecodedStream, sampleRate } from "../samples/recording.ts";

/** Shorter ones are not worth a word, in samples. */
const minNoted = 0.5 * sampleRate;

/** The blocks, which lie from `start` seconds on; notes where sound is missing between them. */
export async function* gapsNoted(
  blocks: DecodedStream["blocks"],
  start: number,
  notes: string[],
): DecodedStream["blocks"] {
  let expected = Math.round(start * sampleRate);
  let isFirst = true;
  const gaps: number[] = [];
  let firstGap = 0;
  try {
    for await (const block of blocks) {
      const length = block.at - expected;
      if (length >= minNoted && isFirst && block.samples.length === 0) {
        // Hearing ends before the sound begins.
        const end = clock(block.at / sampleRate);
        notes.push(`there is no sound from ${clock(start)} to ${end}`);
      } else if (length >= minNoted && isFirst) {
        const after = start === 0 ? "" : ` after ${clock(start)}`;
        notes.push(`its sound begins${after} at ${clock(block.at / sampleRate)}`);
      } else if (length >= minNoted) {
        if (gaps.length === 0) firstGap = expected;
        gaps.push(length);
      }
      isFirst = false;
      expected = block.at + block.samples.length / block.channels;
      yield block;
    }
  } finally {
    if (gaps.length > 0) notes.push(gapsText(gaps, firstGap));
  }
}

function gapsText(gaps: readonly number[], firstGap: number): string {
  const total = gaps.reduce((sum, length) => sum + length, 0) / sampleRate;
  const many = gaps.length === 1 ? "a gap" : `${gaps.length} gaps`;
  const where = gaps.length === 1 ? "at" : "in all, the first at";
  const first = clock(firstGap / sampleRate);
  return `it has ${many} of ${total.toFixed(1)} s without sound ${where} ${first}`;
}

/** As in `1:02:03.5`. */
function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60];
  const rest = two(Math.floor(tenths / 10) % 60);
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${rest}.${tenths % 10}`;
}
