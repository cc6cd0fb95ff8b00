import type { LanguageName } from "../contract/language-names.ts";
import { languageCode } from "../contract/languages.ts";

/** Errors in percent of what is said, with 4 and with 8 bits. */
interface Errors {
  four: number;
  eight: number;
}

// Published figures, all of one series of tests: the page about word error rates (asr-wer) of
// soniqo/speech-swift, as of 615f8a1.

/** FLEURS, Qwen3-ASR 0.6B: words that are wrong; in Chinese and Japanese characters. */
const fleurs: ReadonlyMap<LanguageName, Errors> = new Map([
  ["Spanish", { four: 6.44, eight: 5.06 }],
  ["English", { four: 6.57, eight: 5.64 }],
  ["Chinese", { four: 8.41, eight: 7.71 }],
  ["German", { four: 9.45, eight: 6.81 }],
  ["French", { four: 11.42, eight: 8.5 }],
  ["Japanese", { four: 16.11, eight: 8.64 }],
  ["Russian", { four: 16.35, eight: 10.52 }],
  ["Korean", { four: 19.95, eight: 6.89 }],
  ["Hindi", { four: 25.93, eight: 18.57 }],
  ["Arabic", { four: 33.47, eight: 20.31 }],
]);

/** LibriSpeech test-clean, English: words that are wrong, by the size of the model. */
const librispeech: Readonly<Record<"0.6B" | "1.7B", Errors>> = {
  "0.6B": { four: 3.34, eight: 2.8 },
  "1.7B": { four: 2.57, eight: 2.35 },
};

/** More than this is lost with 4 bits where a language suffers from them; others lose 3 or less. */
const manyErrors = 5;

/** Whether 4 bits cost a language much. */
function suffersFromFourBits(language: LanguageName): boolean {
  const found = fleurs.get(language);
  return found !== undefined && found.four - found.eight > manyErrors;
}

/**
 * What to know about a model that has 4 bits or fewer in all that is quantized, embedding and head
 * included, before it hears one of these languages; undefined where there is nothing to say.
 *
 * @param modules Quantized modules by bits, as the open checkpoint tells them.
 */
export function fourBitNote(
  modules: Readonly<Record<string, number>>,
  languages: readonly LanguageName[],
): string | undefined {
  const bits = Object.keys(modules).map(Number);
  if (bits.length === 0 || bits.some((width) => width > 4)) return undefined;
  const language = languages.find(suffersFromFourBits);
  const found = language && fleurs.get(language);
  if (found === undefined) return undefined;
  const lost = `${found.four} % errors in ${language} where 8 bits had ${found.eight} %`;
  return (
    `the model has 4 bits throughout: the 0.6B had ${lost} (FLEURS); ` +
    "--model 0.6b-8bit is one with 8"
  );
}

/** The short names that were measured, and what for; the others were not. */
export function accuracyText(): string {
  const short = [...fleurs.keys()].map((name) => languageCode(name) ?? name);
  const bitsOf = { "4": "four", "8": "eight" } as const;
  const rows = (["0.6B", "1.7B"] as const).flatMap((size) =>
    (["4", "8"] as const).map((bits) => {
      const errors = ({ [bitsOf[bits]]: percent }: Errors) => percent.toFixed(2);
      const languages = size === "0.6B" ? [...fleurs.values()] : [];
      return [
        `${size.toLowerCase()}-${bits}bit`,
        errors(librispeech[size]),
        ...languages.map(errors),
      ];
    }),
  );
  const head = ["errors in %", "read English", ...short];
  const widths = head.map((cell, column) => Math.max(cell.length, column > 1 ? 5 : 0));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
      )
      .join("  ");
  return `${[head, ...rows].map(line).join("\n")}
0.6b and 1.7b are their 4-bit forms. For ${suffering()} take 8 bits.
aligner is its 8-bit form; with 4 bits its times may drift.
Figures: LibriSpeech test-clean and FLEURS as published, see docs/models.md.
`;
}

function suffering(): string {
  const names = [...fleurs.keys()].filter(suffersFromFourBits);
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
