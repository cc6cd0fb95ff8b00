import type { Transcript } from "../contract/transcript.ts";
import { joinTexts } from "../text/joining.ts";
import { voiceLabels, voiceName } from "./voices.ts";

/** A pause that ends a paragraph, in seconds. */
const longPause = 2;
/** A paragraph of this length ends with its sentence, in seconds. */
const longParagraph = 60;

/**
 * Plain text in paragraphs, a line for each: a new one begins after a long pause, and with the
 * first sentence after a minute. A short recording is one line. Where channels are told apart, each
 * turn is a paragraph that begins with its channel.
 */
export function txt({ text, segments }: Pick<Transcript, "text" | "segments">): string {
  const paragraphs: string[] = [];
  const voices = voiceLabels(segments);
  let [started, ended] = [0, Number.NEGATIVE_INFINITY];
  for (const [index, { start, end, text: sentence, channel }] of segments.entries()) {
    const isTurn = voices[index] !== "";
    if (isTurn || start - ended >= longPause || start - started >= longParagraph) {
      const voice = channel === undefined ? "" : `${voiceName(channel)}: `;
      paragraphs.push(voice + sentence);
      started = start;
    } else paragraphs.push(joinTexts(paragraphs.pop() ?? "", sentence));
    ended = end;
  }
  return [...(paragraphs.length > 0 ? paragraphs : [text]), ""].join("\n");
}
