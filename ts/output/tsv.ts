import type { Transcript } from "../contract/transcript.ts";

/**
 * Tab-separated values with a head line: start and end in whole milliseconds, and the text. Where
 * channels are told apart, the channel comes last, where it is in nobody's way.
 */
export function tsv({ segments }: Transcript): string {
  const hasChannels = segments.some(({ channel }) => channel !== undefined);
  const rows = segments.map(({ start, end, text, channel }) => {
    const times = [start, end].map((seconds) => Math.round(seconds * 1000));
    return [...times, text.replaceAll(/\s+/g, " "), ...(hasChannels ? [channel] : [])].join("\t");
  });
  return [`start\tend\ttext${hasChannels ? "\tchannel" : ""}`, ...rows, ""].join("\n");
}
