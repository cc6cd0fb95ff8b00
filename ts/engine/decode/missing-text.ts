import type { AudioChunk } from "../../audio/speech/chunker.ts";
import { voiceSeconds } from "../../audio/speech/voice.ts";
import { speakingTime } from "../../segments/speaking-time.ts";

/**
 * Fewest syllables for a second of voice, pauses not counted. Answers that left little out had 2.1
 * and more, those that gave up 0.47 and less: bench/results/short-answers.md.
 */
const minSyllables = 1;

/** Whether a text is far too short for the voice that is heard: most of it is missing. */
export function isTooShort(audio: AudioChunk, text: string): boolean {
  const syllables = speakingTime(text);
  const sound = audio.speech.reduce((sum, { start, end }) => sum + end - start, 0);
  // Whose the sound is takes long to tell, and is seldom asked.
  return syllables < minSyllables * sound && syllables < minSyllables * voiceSeconds(audio);
}
