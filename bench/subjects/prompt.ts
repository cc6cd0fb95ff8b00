/** Ids of the chat template before and after the audio. */
const [before, after] = [9, 6];

/** A prompt, and where its audio begins. */
export interface FixedPrompt {
  ids: Int32Array;
  start: number;
}

/** As long as the template's prompt; which ids stand around the audio does not change the time. */
export function fixedPrompt(audioTokens: number, pad: number): FixedPrompt {
  const ids = new Int32Array(before + audioTokens + after);
  return { ids: ids.fill(pad, before, before + audioTokens), start: before };
}
