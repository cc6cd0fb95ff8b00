import type { ChannelChoice } from "../contract/options.ts";
import { type Ear, earFor } from "./channels/ear.ts";
import { channelOf } from "./channels/frames.ts";
import type { AudioBlock, AudioStream, DecodedBlock, DecodedStream } from "./samples/recording.ts";

/**
 * What is heard of a recording's channels. Asking for blocks throws AsrError `input` where it does
 * not have the chosen channel.
 */
export function heard(source: DecodedStream, choice: ChannelChoice): AudioStream {
  const { name, remarks } = source;
  return {
    name,
    duration: source.duration,
    // It may come when reading has begun.
    get guessedDuration() {
      return source.guessedDuration;
    },
    blocks: blocksOf(source, choice),
    remarks,
  };
}

async function* blocksOf(
  { blocks, name, remarks }: DecodedStream,
  choice: ChannelChoice,
): AudioStream["blocks"] {
  /** By the number of channels, which may change where recordings were joined. */
  const ears = new Map<number, Ear>();
  let ear: Ear | undefined;
  const given = choice === "each" ? parted : mono;
  try {
    for await (const block of blocks) {
      const { channels } = block;
      let next = ears.get(channels);
      next ??= earFor(choice, channels, name);
      ears.set(channels, next);
      if (ear !== next) for (const last of ear?.end() ?? []) yield* given(last);
      ear = next;
      for (const frames of ear.push(block)) yield* given(frames);
    }
    for (const last of ear?.end() ?? []) yield* given(last);
  } finally {
    for (const { notes } of ears.values()) remarks.notes.push(...notes);
  }
}

function mono({ at, samples }: DecodedBlock): AudioBlock[] {
  return [{ at, samples }];
}

function parted(block: DecodedBlock): AudioBlock[] {
  return Array.from({ length: block.channels }, (_, index) => ({
    at: block.at,
    samples: channelOf(block, index),
    channel: index + 1,
  }));
}
