import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { sampleRate } from "../audio/samples/recording.ts";
import { AsrError, messageOf } from "../contract/errors.ts";
import { languages } from "../contract/language-names.ts";
import { readLines } from "./lines.ts";
import { type Reference, someOf } from "./references.ts";

/**
 * The recordings of a LibriSpeech folder, of any depth: each `*.trans.txt` has lines of an id and
 * the words, with `ID.flac` beside it.
 */
export async function readLibriSpeech(folder: string): Promise<Reference[]> {
  const lists = filesIn(folder, ".trans.txt");
  const references: Reference[] = [];
  for (const list of lists) {
    for (const { number, text } of await readLines(list)) {
      const [, id, words] = /^(\S+)(?:\s+(.*))?$/.exec(text.trim()) ?? [];
      if (id === undefined) throw new AsrError("input", `${list}, line ${number}: has no id`);
      references.push({
        name: `${id}.flac`,
        path: resolve(dirname(list), `${id}.flac`),
        text: words ?? "",
        language: "English",
        duration: undefined,
      });
    }
  }
  return someOf(references, folder);
}

/** Columns of a FLEURS table; it has no head. */
const [fileColumn, textColumn, samplesColumn] = [1, 2, 5];

/**
 * The recordings of a FLEURS table, as in `en_us/test.tsv`: id, file name, raw transcription,
 * normalised transcription, characters, number of samples at 16 kHz, gender. The audio lies beside
 * the table, or in `test/` or `audio/test/` there. The folder may be given when it has one table.
 */
export async function readFleurs(given: string): Promise<Reference[]> {
  const table = tableOf(given);
  const folder = dirname(resolve(table));
  const split = basename(table, ".tsv");
  const places = [`audio/${split}`, split, "audio", ""].map((place) => join(folder, place));
  const language = fleursLanguage(basename(folder), table);
  const references = (await readLines(table)).map(({ number, text: line }): Reference => {
    const cells = line.split("\t");
    const [name, text] = [cells[fileColumn], cells[textColumn]];
    if (name === undefined || name === "" || text === undefined) {
      const hint = "expected id, file name, transcription and more, with tabs between them";
      throw new AsrError("input", `${table}, line ${number}: is not a line of FLEURS`, hint);
    }
    const samples = Number(cells[samplesColumn]);
    const paths = places.map((place) => join(place, name));
    return {
      name,
      path: paths.find((path) => existsSync(path)) ?? paths[0]!,
      text,
      language,
      duration: samples > 0 ? samples / sampleRate : undefined,
    };
  });
  return someOf(references, table);
}

function tableOf(given: string): string {
  if (!existsSync(given) || !statSync(given).isDirectory()) return given;
  const tables = readdirSync(given).filter((name) => name.endsWith(".tsv"));
  if (tables.length === 1) return join(given, tables[0]!);
  const message = `${given}: has ${tables.length} tables`;
  const hint = tables.length > 1 ? `name one of: ${tables.join(", ")}` : "expected test.tsv";
  throw new AsrError("input", message, hint);
}

/** The language of a configuration such as `cmn_hans_cn` or `es_419`. */
function fleursLanguage(configuration: string, table: string): string | undefined {
  const code = configuration.split("_")[0]!;
  const language = languages[code === "cmn" ? "zh" : code];
  if (language !== undefined || !configuration.includes("_")) return language;
  throw new AsrError("input", `${table}: ${configuration} is no language of Qwen3-ASR`);
}

function filesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw new AsrError("input", `${folder}: cannot be read: ${messageOf(error)}`);
  }
}
