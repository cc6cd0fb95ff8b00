import { join } from "node:path";
import { openAudio } from "../../audio/open.ts";
import { sampleRate } from "../../audio/samples/recording.ts";
import { ChunkStream } from "../../audio/speech/chunk-stream.ts";
import { AsrError } from "../../contract/errors.ts";
import { languageName } from "../../contract/languages.ts";
import type { HubOptions } from "../../contract/options.ts";
import { type AlignedSpeech, readAlignedSpeech } from "../../heads/aligned-speech.ts";
import { findHeads } from "../../heads/find-heads.ts";
import type { Clip } from "../../heads/listening.ts";
import { foundText } from "../../heads/report.ts";
import { checkWritable, headsEntry, writeHeads } from "../../heads/written-heads.ts";
import { resolveModel } from "../../hub/resolve.ts";
import type { FlagTable, GivenFlags } from "../flags/flags.ts";
import { optionFlags } from "../flags/option-flags.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { StatusLine, type Terminal } from "../terminal/terminal.ts";
import { command, exitStatusOf, helpFlag, quietFlag } from "./command.ts";

/** What is longer takes memory for each of its tokens and each head, and tells no more. */
const maxSeconds = 60;

/** Where fewer times are right within 0.2 s, they are not worth to be told. */
const minWithin = 0.5;

const flags = {
  Search: {
    model: { short: "m", value: "MODEL", help: "as for transcribe" },
    ...optionFlags("offline", "cacheDir"),
    manifest: {
      value: "FILE",
      help:
        "JSON lines with path (relative to FILE), text and words: a list of " +
        '{"text": "hello", "start": 0.31, "end": 0.68} in seconds, null where it is not known',
    },
    language: {
      short: "l",
      value: "LANGUAGE",
      default: "what the line says, else English",
      help: "the texts' language",
    },
    limit: {
      kind: { type: "number", min: 1, isWhole: true },
      default: 200,
      help: "only the first N recordings",
    },
  },
  Result: {
    write: { help: "put what is found into the model's config.json" },
    json: { help: "all that was found as one JSON object" },
    quiet: quietFlag,
    help: helpFlag,
  },
} as const satisfies FlagTable;

interface Arguments {
  model: string;
  hub: HubOptions;
  manifest: string;
  language: string | undefined;
  limit: number;
  write: boolean;
  json: boolean;
  quiet: boolean;
}

/** The command `find-heads`. */
export const findHeadsCommand = command({
  name: "find-heads",
  summary: "Finds the heads of a decoder that tell times of words.",
  synopsis: "--model MODEL --manifest FILE.jsonl",
  takesNames: false,
  description: `\
Listens to recordings whose words' times are known, and tells which attention heads of the model's
decoder look where the words are: each head alone, then the set that tells times best together. With
--write the model's config.json names them, and --words attention uses them from then on.
Report what they are worth on other recordings than those of the search.`,
  flags,
  closing: `\
exit status: 0 done, 1 a recording failed, 2 usage, 3 model, 4 native library or platform, 130
interrupted`,
  read: ({ flags: given }) => argumentsOf(given),
  needs: () => ["library", "ffmpeg"],
  async run(given, terminal) {
    using interrupt = new Interrupt(undefined, "nothing was written");
    const status = await exitStatusOf(terminal, () => search(given, terminal, interrupt.signal));
    return interrupt.status ?? status;
  },
});

function argumentsOf(given: GivenFlags<typeof flags>): Arguments {
  const [model, manifest] = [given.text("model"), given.text("manifest")];
  if (model === undefined) throw missing("--model MODEL");
  if (manifest === undefined) throw missing("--manifest FILE");
  return {
    model,
    hub: { offline: given.value("offline"), cacheDir: given.value("cache-dir") },
    manifest,
    language: languageName(given.text("language")),
    limit: given.value("limit") ?? flags.Search.limit.default,
    write: given.has("write"),
    json: given.has("json"),
    quiet: given.has("quiet"),
  };
}

function missing(flag: string): AsrError {
  return new AsrError("usage", `${flag} is missing`, "see --help");
}

async function search(
  { model, hub, manifest, language, limit, write, json, quiet }: Arguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const status = new StatusLine(terminal, !quiet);
  try {
    const speech = (await readAlignedSpeech(manifest)).slice(0, limit);
    const folder = await resolveModel(model, { ...hub, signal });
    if (write) checkWritable(folder);
    const clips: Clip[] = [];
    for (const one of speech) {
      status.show(`reading ${clips.length} of ${speech.length}`);
      clips.push(await read(one, language, signal));
    }
    const found = await findHeads(folder, clips, {
      signal,
      onProgress: (what, share) => status.show(`${what}: ${Math.floor(100 * share)} %`),
    });
    status.clear();
    const entry = headsEntry(found);
    terminal.out(json ? `${JSON.stringify({ ...entry, ...found })}\n` : foundText(found));
    if (!write) return 0;
    if (found.errors.within200ms < minWithin) {
      const message = `${model}: no head looks where the words are; nothing was written`;
      throw new AsrError("model", message, "do the times belong to the recordings?");
    }
    writeHeads(folder, found);
    if (!quiet) terminal.note(`note: ${join(folder, "config.json")} names these heads now\n`);
    return 0;
  } finally {
    status.clear();
  }
}

async function read(
  speech: AlignedSpeech,
  language: string | undefined,
  signal: AbortSignal,
): Promise<Clip> {
  const stream = await openAudio(speech.path, { signal, maxSeconds });
  const chunks = new ChunkStream(stream, {
    chunkSeconds: 2 * maxSeconds,
    pauseSeconds: Number.POSITIVE_INFINITY,
  });
  for await (const audio of chunks) {
    const last = speech.words.findLast(({ end }) => end !== null)?.end ?? 0;
    if (last > audio.end + 1 / sampleRate + 0.01) {
      const message = `${speech.path}: is ${audio.end.toFixed(2)} s long, a word ends at ${last} s`;
      throw new AsrError("input", message, "times count from the start of the recording");
    }
    return { speech, audio, language: language ?? speech.language ?? "English" };
  }
  throw new AsrError("input", `${speech.path}: there is nothing to hear in it`);
}
