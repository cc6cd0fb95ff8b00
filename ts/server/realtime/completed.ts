import type { Transcript } from "../../contract/transcript.ts";
import { type Account, accountOf } from "../transcriptions/account.ts";
import { languageCodes } from "../transcriptions/languages.ts";
import type { TokenLogprob } from "../transcriptions/logprobs.ts";
import { type TokenUsage, tokenUsage } from "../transcriptions/usage.ts";
import type { WordTimes } from "../transcriptions/words.ts";

/** What is told of a turn when its whole text is there. */
export interface Completed {
  transcript: string;
  languages: readonly { code: string }[];
  logprobs?: readonly TokenLogprob[];
  /** With times in seconds of the session. */
  words?: readonly WordTimes[];
  usage: TokenUsage;
  /** What OpenAI's event has no field for, as whether text may be missing. */
  bun_asr: Account;
}

/** `model` is the one that made the transcript, `more` what was asked for besides. */
export function completedOf(
  transcript: Transcript,
  model: string,
  more: Pick<Completed, "logprobs" | "words">,
): Completed {
  return {
    transcript: transcript.text,
    languages: languageCodes(transcript),
    ...more,
    usage: tokenUsage(transcript),
    bun_asr: accountOf(transcript, model, []),
  };
}
