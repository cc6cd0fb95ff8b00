import type { Alignment, Unmatched } from "../../contract/alignment.ts";
import { shortened } from "../../contract/shortened.ts";
import { clockText } from "../../text/clock-text.ts";

/** So many stretches are shown; JSON has all of them. */
const maxShown = 10;

/** What of a text and a recording does not match; nothing where all does. */
export function alignmentNotes(
  { matched, unmatched }: Alignment,
  called: "line" | "cue",
): string[] {
  if (unmatched.length === 0) return [];
  const count = (kind: Unmatched["kind"], what: string) => {
    const number = unmatched.filter((one) => one.kind === kind).length;
    return number === 0 ? [] : [`${number} ${what}`];
  };
  const counts = [
    `${percentText(matched)} of the text was heard`,
    ...count("text", "not heard"),
    ...count("speech", "not in the text"),
  ];
  // The longest are what somebody may have to look at.
  const longest = unmatched
    .toSorted((a, b) => b.text.length - a.text.length)
    .slice(0, maxShown)
    .sort((a, b) => a.start - b.start);
  const more = unmatched.length - longest.length;
  return [
    counts.join(", "),
    ...longest.map((one) => unmatchedLine(one, called)),
    ...(more > 0 ? [`  and ${more} shorter ones, which --json has`] : []),
  ];
}

/** That cues of sounds alone, these, were left out; nothing where there are none. */
export function soundsNote(sounds: readonly string[]): string | undefined {
  const [first] = sounds;
  if (first === undefined) return undefined;
  const example = shortened(first.replaceAll("\n", " "));
  return `cues of sounds alone are not in what is made anew: ${sounds.length}, first “${example}”`;
}

function unmatchedLine({ kind, text, start, line }: Unmatched, called: string): string {
  const place = line === undefined ? clockText(start) : `${clockText(start)}, ${called} ${line}`;
  const what = kind === "text" ? "not heard" : "not in the text";
  return `  ${place}: ${what}: “${shortened(text)}”`;
}

/** Never 100 % where something is missing, never 0 % where something is there. */
export function percentText(share: number): string {
  const rounded = Math.round(share * 1000) / 10;
  if (rounded === 100 && share < 1) return "99.9 %";
  if (rounded === 0 && share > 0) return "0.1 %";
  return `${rounded} %`;
}
