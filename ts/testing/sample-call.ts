import { loadAudio } from "../audio/open.ts";
import { demoSample } from "../native/locate.ts";
import { wavFile } from "./wav-writer.ts";

/** The sample as a telephone call: its second sentence is said by another party. */
export async function sampleAsCall(): Promise<Uint8Array> {
  const { samples } = await loadAudio(demoSample);
  const secondSentence = 2.03 * 16_000;
  const data = new Int16Array(2 * samples.length);
  for (const [i, sample] of samples.entries()) {
    data[2 * i + (i < secondSentence ? 0 : 1)] = sample * 32_767;
  }
  return wavFile({ data: new Uint8Array(data.buffer), channels: 2 });
}
