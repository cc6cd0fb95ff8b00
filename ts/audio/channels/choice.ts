import { AsrError } from "../../contract/errors.ts";
import type { ChannelChoice } from "../../contract/options.ts";

/** One channel. */
export type OneChannel = Exclude<ChannelChoice, "mix" | "each">;

/** Whether the choice is one channel. */
export function isOneChannel(choice: ChannelChoice): choice is OneChannel {
  return choice !== "mix" && choice !== "each";
}

/**
 * The index of the chosen one of so many channels. Throws AsrError `input` where there is no such
 * channel in `name`.
 */
export function channelIndex(choice: OneChannel, channels: number, name: string): number {
  const number = choice === "left" ? 1 : choice === "right" ? 2 : choice;
  if (number <= channels) return number - 1;
  const which = choice === number ? `channel ${number}` : `${choice} channel`;
  const has = channels === 1 ? "it has 1" : `it has ${channels}, counted from 1`;
  throw new AsrError("input", `${name}: there is no ${which}`, has);
}
