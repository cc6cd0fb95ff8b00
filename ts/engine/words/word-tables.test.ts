import { describe, expect, test } from "bun:test";
import { openAudio } from "../../audio/open.ts";
import { sampleRate } from "../../audio/samples/recording.ts";
import { AsrError } from "../../contract/errors.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { speech } from "../../testing/goldens.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { scriptedEngine } from "../../testing/scripted-model.ts";
import { recordingOptions } from "../recording/options.ts";
import { transcribeRecording } from "../recording/transcribe.ts";
import type { AlignerPlace } from "./aligner-source.ts";

/** What becomes of a Korean recording with these tables. */
async function transcript(
  tables: AlignerPlace["tables"],
  signal = new AbortController().signal,
): Promise<Transcript> {
  const settings = { words: "aligner", language: "Korean" } as const;
  const { engine } = scriptedEngine(() => "language Korean<asr_text>학교에서 가나", settings);
  const { source } = scriptedPlace(undefined, { tables });
  const open = () => openAudio({ samples: speech(4 * sampleRate), sampleRate });
  const options = recordingOptions(engine, settings, source);
  return await transcribeRecording(engine, open, options, { signal });
}

function wordsOf({ segments }: Transcript): string[] {
  return segments.flatMap(({ words = [] }) => words.map(({ text }) => text));
}

describe("words of a language that is cut by tables", () => {
  test("are cut by those that there are", async () => {
    const asked: string[] = [];
    const result = await transcript(async (language) => {
      asked.push(language);
      return { tables: { korean: new Set(["학교"]) } };
    });
    expect(wordsOf(result)).toEqual(["학교", "에서", "가나"]);
    expect(asked).toEqual(["Korean"]);
  });

  test("are cut without them, where a note says why", async () => {
    const note = "Korean words are cut at spaces alone, for there is no network";
    const result = await transcript(async () => ({ tables: {}, note }));
    expect(wordsOf(result)).toEqual(["학교에서", "가나"]);
    expect(result.notes).toEqual([note]);
  });

  test("end with an abort while tables are fetched", async () => {
    const aborting = new AbortController();
    const { signal } = aborting;
    const tables = async () => {
      aborting.abort(new AsrError("aborted", "enough"));
      throw signal.reason;
    };
    await expectAsrError(() => transcript(tables, signal), "aborted", "enough");
  });
});
