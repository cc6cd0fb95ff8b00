import type { Segment } from "../contract/transcript.ts";

/** What texts call a channel. */
export function voiceName(channel: number): string {
  return `Channel ${channel}`;
}

/** Items whose channel is another than that of the item before them are to say whose they are. */
export function voiceLabels(items: readonly Pick<Segment, "channel">[]): string[] {
  return items.map(({ channel }, index) =>
    channel === undefined || channel === items[index - 1]?.channel ? "" : `${voiceName(channel)}: `,
  );
}
