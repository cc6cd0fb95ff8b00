import type { Segment, Transcript, Word } from "../contract/transcript.ts";

/**
 * Tab-separated values with a head line: start and end in whole milliseconds, and the text. Where
 * channels are told apart, the channel comes last, where it is in nobody's way.
 *
 * Where there are words, each has a row, and between the text and the channel stand the `id` of its
 * segment, its probability, and whether its time is estimated: `true` or `false`.
 */
export function tsv({ segments }: Transcript): string {
  const hasChannels = segments.some(({ channel }) => channel !== undefined);
  const hasWords = segments.some(({ words }) => words !== undefined);
  const names = [
    "start",
    "end",
    "text",
    ...(hasWords ? ["segment", "probability", "estimated"] : []),
  ];
  const rows = segments.flatMap((segment) => {
    const parts = hasWords ? (segment.words ?? [segment]) : [segment];
    return parts.map((part) => [
      ...[part.start, part.end].map((seconds) => Math.round(seconds * 1000)),
      part.text.replaceAll(/\s+/g, " "),
      ...(hasWords ? detailsOf(part, segment) : []),
      ...(hasChannels ? [segment.channel] : []),
    ]);
  });
  const head = [...names, ...(hasChannels ? ["channel"] : [])];
  return [head, ...rows].map((row) => `${row.join("\t")}\n`).join("");
}

/** A segment without words has no probability here: it is not that of a word. */
function detailsOf(part: Word | Segment, { id }: Segment): (string | number)[] {
  const probability = "probability" in part ? Math.round(part.probability * 1e4) / 1e4 : "";
  return [id, probability, String(part.estimated)];
}
