import { comparedChannels } from "../../audio/compared-channels.ts";
import { Problem } from "../http/problem.ts";
import type { ReceivedFile } from "../upload/form.ts";

/** As far as this into a recording, channels that are alike are compared, in seconds. */
const maxSeconds = 600;

/**
 * Refuses a recording whose speakers cannot be told apart: each must have a channel of his own.
 * Throws `Problem` 400 with the reason.
 */
export async function checkSpeakers(
  { path, name }: ReceivedFile,
  signal: AbortSignal,
): Promise<void> {
  const { channels, areAlike } = await comparedChannels(path, name, { maxSeconds, signal });
  if (channels !== 1 && !areAlike) return;
  const what = channels === 1 ? "has one channel" : `has ${channels} channels that say the same`;
  const why = "diarized_json tells speakers apart by their channels";
  throw new Problem(400, `${name}: ${what}, and ${why}; ask for json or verbose_json`, {
    code: "unsupported_value",
    param: "response_format",
  });
}
