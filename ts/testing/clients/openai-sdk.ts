import { join } from "node:path";
import { clientsPython } from "./python.ts";

/** What the cases of `openai_sdk.py` are called with. */
export interface SdkInput {
  url: string;
  recording: string;
  /** One that takes a while. */
  longRecording: string;
  /** One with a speaker on each of two channels. */
  call: string;
  /** Samples of the recording, s16le at 24 kHz. */
  pcm: string;
}

/** What came of each case; one that failed says so under `failure`. */
export type SdkResults = Readonly<Record<string, { value?: unknown; failure?: string }>>;

/** Runs cases of `openai_sdk.py` in one process, one after the other. */
export async function callBySdk(
  { url, recording, longRecording, call, pcm }: SdkInput,
  cases: readonly string[],
): Promise<SdkResults> {
  const script = join(import.meta.dir, "openai_sdk.py");
  const given = [url, recording, longRecording, call, pcm, ...cases];
  const child = Bun.spawn([await clientsPython(), "-I", script, ...given], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(notes);
  return JSON.parse(out);
}
