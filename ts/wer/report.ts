import { alignmentText } from "./alignment-text.ts";
import {
  characterErrorRate,
  confusions,
  type Evaluated,
  type Rate,
  wordErrorRate,
} from "./evaluation.ts";
import { type Counts, errorRate, errorsIn, referenceLength } from "./score.ts";

const width = 80;
const maxConfusions = 10;

/** What a person reads: the rates, the most frequent errors, and the worst recordings. */
export function reportText(
  all: readonly Evaluated[],
  rtf: number | undefined,
  worst: number,
): string {
  const parts = [
    ratesText(all, rtf),
    confusionsText(all),
    failuresText(all),
    worstText(all, worst),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function ratesText(all: readonly Evaluated[], rtf: number | undefined): string {
  const row = (name: string, cells: readonly string[]) =>
    `${name.padEnd(5)}${cells.map((cell, i) => cell.padStart(columns[i]!)).join("")}\n`;
  const columns = [9, 16, 13, 9, 10, 12];
  const rateRow = (name: string, rate: Rate) =>
    row(name, [
      percent(rate.rate),
      intervalText(rate),
      String(rate.substitutions),
      String(rate.deletions),
      String(rate.insertions),
      String(referenceLength(rate)),
    ]);
  const words = wordErrorRate(all);
  return [
    row("", ["rate", "95 %", "substituted", "deleted", "inserted", "of"]),
    words === undefined ? "" : rateRow("WER", words),
    rateRow("CER", characterErrorRate(all)),
    `\n${counted(all.length, "recording")}`,
    `, ${all.filter(({ score }) => score.edits.every(({ kind }) => kind === "hit")).length} right`,
    rtf === undefined ? "\n" : `, RTF ${rtf.toPrecision(3)}\n`,
  ].join("");
}

function intervalText({ interval }: Rate): string {
  if (interval === undefined) return "–";
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${low} – ${high} %`;
}

function confusionsText(all: readonly Evaluated[]): string {
  const frequent = confusions(all).slice(0, maxConfusions);
  if (frequent.length === 0) return "";
  const lines = frequent.map(({ ref, hyp, count }) => {
    const what = ref === "" ? `+ ${hyp}` : hyp === "" ? `- ${ref}` : `${ref} → ${hyp}`;
    return `${String(count).padStart(7)}  ${what}\n`;
  });
  return `Most frequent errors (- deleted, + inserted)\n${lines.join("")}`;
}

function failuresText(all: readonly Evaluated[]): string {
  const lines = all.flatMap(({ reference, heard }) =>
    heard.ok ? [] : [`  ${reference.name}: ${heard.why}\n`],
  );
  return lines.length === 0 ? "" : `Failed, counted as deletions\n${lines.join("")}`;
}

function worstText(all: readonly Evaluated[], worst: number): string {
  const wrong = all
    .filter(({ heard, score }) => heard.ok && errorsIn(primary(score)) > 0)
    .sort((a, b) => errorsIn(primary(b.score)) - errorsIn(primary(a.score)))
    .slice(0, worst);
  const entries = wrong.map(({ reference, score }) => {
    const counts = primary(score);
    const errors = `${counted(errorsIn(counts), "error")} in ${referenceLength(counts)}`;
    const head = `${reference.name}: ${percent(errorRate(counts))}, ${errors} ${score.unit}\n`;
    return head + alignmentText(score.edits, score.unit, width);
  });
  return entries.length === 0 ? "" : `Most errors\n${entries.join("")}`;
}

/** The counts of the unit by which the recording is scored. */
function primary({ words, characters }: Evaluated["score"]): Counts {
  return words ?? characters;
}

/** What a program reads: rates are shares (0.05 is 5 %), null where there is none. */
export function reportJson(all: readonly Evaluated[], rtf: number | undefined): string {
  const plain = ({ rate, interval, ...counts }: Rate) => ({
    rate: rate ?? null,
    interval: interval ?? null,
    ...counts,
    reference: referenceLength(counts),
  });
  const words = wordErrorRate(all);
  const report = {
    files: all.length,
    failed: all.filter(({ heard }) => !heard.ok).length,
    wer: words === undefined ? null : plain(words),
    cer: plain(characterErrorRate(all)),
    rtf: rtf ?? null,
    confusions: confusions(all),
    recordings: all.map(({ reference, language, heard, score }) => ({
      path: reference.name,
      ok: heard.ok,
      language,
      unit: score.unit,
      reference: reference.text,
      hypothesis: heard.ok ? heard.text : null,
      ...(heard.ok ? { warnings: heard.warnings } : { error: heard.why }),
      wer: score.words === undefined ? null : oneRate(score.words),
      cer: oneRate(score.characters),
    })),
  };
  return `${JSON.stringify(report)}\n`;
}

function oneRate(counts: Counts) {
  return { rate: errorRate(counts) ?? null, ...counts, reference: referenceLength(counts) };
}

function percent(rate: number | undefined): string {
  return rate === undefined ? "–" : `${(100 * rate).toFixed(2)} %`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
