import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadAudio } from "../ts/audio/open.ts";
import { demoSample, modelFolder } from "../ts/native/locate.ts";
import { Model } from "../ts/native/model.ts";
import { promptIds } from "../ts/text/prompt.ts";
import { Tokenizer } from "../ts/text/tokenizer.ts";

/** Writes what a transcription of the sample takes as files; returns the arguments of drive.c. */
export async function driveArguments(folder: string): Promise<string[]> {
  const { samples } = await loadAudio(demoSample);
  const demo = modelFolder("demo");
  using model = Model.open(demo);
  using session = model.session();
  session.mel(samples);
  const tokenizer = await Tokenizer.load(demo);
  const ids = promptIds(tokenizer, session.encode());
  const [pcm, prompt] = [join(folder, "pcm"), join(folder, "ids")];
  writeFileSync(pcm, samples);
  writeFileSync(prompt, Int32Array.from(ids));
  return ["--transcribe", demo, pcm, prompt];
}
