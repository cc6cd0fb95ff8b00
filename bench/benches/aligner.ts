import { join } from "node:path";
import { environmentPython, official } from "../../tools/environment.ts";
import { fullAligners, fullGoldens } from "../../tools/full-aligners.ts";
import { alignerSet } from "../../ts/testing/aligner-goldens.ts";
import { bytes, duration, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { countText, ratios, stageTable } from "../report/rtf-tables.ts";
import { median } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import { shownName } from "../subjects/models.ts";
import { Subject, subjectCommand } from "../subjects/subject.ts";
import { type Measured, type Row, takeTurns, turns } from "../subjects/turns.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

const seconds = 60;
const wordCount = 150;
const said =
  "turn on the lights in the kitchen and set an alarm for seven forty five the train to Berlin " +
  "leaves at nine it costs thirty two euros what is the weather like tomorrow";

/** How long it takes to find the times of the words of a minute. */
export const aligner: Bench = {
  summary: "the times of a minute's words by the forced aligner, beside the official one",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const vocabulary = said.split(" ");
  const words = Array.from({ length: wordCount }, (_, i) => vocabulary[i % vocabulary.length]);
  const text = words.join(" ");
  const { own, others } = options.peers.includes("pytorch")
    ? await published(text, progress)
    : { own: [ownRow("small shapes", alignerSet("aligner-small").folder, text)], others: [] };
  const rounds = options.quick ? 2 : 5;
  const clip = { seconds, tokens: null };
  const found = await takeTurns(turns(own, others, rounds), clip, progress);
  const measured = [...own, ...others].map((row) => found.get(row)!);
  const times = measured.filter(({ runs }) => runs.length > 0);
  const versions = Object.fromEntries(
    times.flatMap(({ framework, opened }) => {
      const version = opened?.about["version"];
      return version === undefined ? [] : [[framework, String(version)]];
    }),
  );
  return {
    tables: [timeTable(measured), stageTable(times)],
    notes: [
      `${seconds} s of speech and ${wordCount} words, from samples to the times of words.`,
      `Medians of ${countText(times)} runs on all cores, taken in turns, models already open.`,
      ...ratios(times),
      ...times.flatMap(beyondWeights),
      ...(options.peers.includes("pytorch") ? [officialNote] : [smallNote]),
    ],
    data: { ...clip, words: wordCount, rows: measured },
    kernels: String(measured[0]!.opened!.about["kernels"]),
    randomWeights: true,
    versions,
  };
}

const officialNote =
  "The official package runs as it is, but attends inside windows of 8 s in the encoder, as its " +
  "weights were trained; its mel column has all that is not the model. Slots are compared with " +
  "those of its float32: random weights have many near ties, which rounding decides.";

const smallNote =
  "Only the small shapes of the tests were measured. --peers adds the published shapes and the " +
  "official implementation (6 GB, once).";

/** The published shapes in this program and in the official one, on the same weights. */
async function published(text: string, progress: Progress): Promise<{ own: Row[]; others: Row[] }> {
  const python = await environmentPython(official, (line) => progress.note(line));
  const folder = await fullGoldens(python);
  const [plain, eightBits] = fullAligners.map((name) => join(folder, name)) as [string, string];
  const script = join(import.meta.dir, "../subjects/qwen-aligner.py");
  const others: Row[] = [
    {
      label: referenceLabel,
      framework: "qwen-asr, PyTorch",
      isRandom: true,
      isOurs: false,
      ...unlimited,
      open: () => Subject.open(referenceLabel, [python, script, "float32", plain, text]),
    },
  ];
  return {
    own: [
      ownRow("aligner 0.6B bfloat16", plain, text),
      ownRow("aligner 0.6B 8-bit", eightBits, text),
    ],
    others,
  };
}

const referenceLabel = "aligner 0.6B float32";

const unlimited = { limitMs: 3_600_000, budgetMs: Number.POSITIVE_INFINITY };

function ownRow(label: string, folder: string, text: string): Row {
  const open = () => Subject.open(label, subjectCommand("aligner.ts", folder, text));
  return { label, framework: "bun-asr", isRandom: true, isOurs: true, ...unlimited, open };
}

function timeTable(rows: readonly Measured[]): Table {
  const reference = rows.find(({ label }) => label === referenceLabel)?.runs[0]?.text;
  const cells = (row: Measured) => {
    const { framework, runs, failure } = row;
    if (failure !== undefined) return [shownName(row), framework, "–", "–", `not run: ${failure}`];
    const ms = median(runs.map(({ totalMs }) => totalMs));
    return [
      shownName(row),
      framework,
      duration(ms),
      significant(ms / 1000 / seconds),
      reference === undefined ? "–" : otherSlots(runs[0]!.text!, reference),
    ];
  };
  return {
    title: `${seconds} s, ${wordCount} words`,
    head: ["Model", "Framework", "Time", "RTF", "Other slots"],
    rows: rows.map(cells),
  };
}

/** How many classes are others, of how many. */
function otherSlots(found: string, reference: string): string {
  const [ours, theirs] = [found.split(" "), reference.split(" ")];
  return `${ours.filter((slot, i) => slot !== theirs[i]).length} of ${theirs.length}`;
}

/** What the process of a row took at most besides its weights. */
function beyondWeights({ label, framework, opened, runs }: Measured): string[] {
  const weights = opened?.about["weightBytes"];
  if (typeof weights !== "number") return [];
  const most = Math.max(...runs.map(({ peakRss }) => peakRss));
  return [`${framework} takes ${bytes(most - weights)} besides the weights for ${label}.`];
}
