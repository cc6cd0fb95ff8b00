// This folder: what rounding does to texts.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Asr } from "../../ts/asr.ts";
import { openAudio } from "../../ts/audio/open.ts";
import { wholeRecording } from "../../ts/audio/samples/recording.ts";
import { Model } from "../../ts/native/model.ts";
import { parseOutput, promptIds } from "../../ts/text/prompt.ts";
import { Tokenizer } from "../../ts/text/tokenizer.ts";
import { type Reference, readManifest } from "../../ts/wer/references.ts";
import { score } from "../../ts/wer/score.ts";
import type { Progress } from "../report/progress.ts";
import { joined } from "../synthetic/recording.ts";

export type PrecisionName = "auto" | "full";

/** What both precisions wrote of the same recordings. */
export interface Texts {
  clips: number;
  /** Clips whose greedy tokens are the same. */
  equal: number;
  /** Word error rates, clip by clip and of all clips joined. */
  clipErrors: Record<PrecisionName, number>;
  joinedErrors: Record<PrecisionName, number>;
  /** Length of the joined recording, in seconds. */
  joinedSeconds: number;
}

/** Written at most for a clip. */
const maxTokens = 256;

/** Transcribes recordings of a manifest in both precisions, greedily, and all of them joined. */
export async function texts(
  folder: string,
  manifest: string,
  minutes: number,
  progress: Progress,
): Promise<Texts> {
  const references = await readManifest(manifest);
  const full = await tokensOf(folder, "full", references, progress);
  const auto = await tokensOf(folder, "auto", references, progress);
  const tokenizer = await Tokenizer.load(folder);
  const written = (ids: readonly Int32Array[]) =>
    ids.map((each) => parseOutput(tokenizer.decode(each)).text);
  const scratch = await mkdtemp(join(tmpdir(), "bun-asr-precision-"));
  try {
    const path = join(scratch, "joined.wav");
    const { text, duration } = await joined(path, { clips: references, minutes, seed: 1 });
    const heard = async (precision: PrecisionName) => {
      progress.step(`${precision}: ${minutes} min`);
      await using asr = await Asr.load(folder, { precision });
      return errorRate([text], [(await asr.transcribe(path)).text]);
    };
    const said = references.map((reference) => reference.text);
    return {
      clips: references.length,
      equal: full.filter((ids, i) => ids.join() === auto[i]!.join()).length,
      clipErrors: {
        full: errorRate(said, written(full)),
        auto: errorRate(said, written(auto)),
      },
      joinedErrors: { full: await heard("full"), auto: await heard("auto") },
      joinedSeconds: duration,
    };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** The greedy tokens of each recording. */
async function tokensOf(
  folder: string,
  precision: PrecisionName,
  references: readonly Reference[],
  progress: Progress,
): Promise<Int32Array[]> {
  const tokenizer = await Tokenizer.load(folder);
  using model = Model.open(folder, { precision });
  const found: Int32Array[] = [];
  for (const { path } of references) {
    progress.step(`${precision}: clip ${found.length + 1} of ${references.length}`);
    const { samples } = await wholeRecording(await openAudio(path));
    using session = model.session();
    session.mel(samples);
    session.prefill(promptIds(tokenizer, session.encode()));
    const ids: number[] = [];
    while (ids.length < maxTokens) {
      const id = session.next();
      if (id === null) break;
      ids.push(id);
    }
    found.push(Int32Array.from(ids));
  }
  return found;
}

/** Wrong words of all texts as a part of those that were said. */
function errorRate(said: readonly string[], written: readonly string[]): number {
  let [wrong, all] = [0, 0];
  for (const [i, reference] of said.entries()) {
    const { words } = score(reference, written[i]!, "English", "words");
    const { hits = 0, substitutions = 0, deletions = 0, insertions = 0 } = words ?? {};
    wrong += substitutions + deletions + insertions;
    all += hits + substitutions + deletions;
  }
  return wrong / all;
}
