import { randomLabel, shownName } from "../subjects/models.ts";
import type { Clip, Run } from "../subjects/subject.ts";
import type { Measured } from "../subjects/turns.ts";
import { barChart } from "./chart.ts";
import { bytes, duration, significant } from "./format.ts";
import { machine } from "./machine.ts";
import { median } from "./statistics.ts";
import type { Table } from "./table.ts";

function medianMs(runs: readonly Run[]): number {
  return median(runs.map(({ totalMs }) => totalMs));
}

/** The table of the README. */
export function rtfTable(rows: readonly Measured[], { seconds }: Clip): Table {
  const cells = (row: Measured) => {
    const { framework, runs, failure } = row;
    if (failure !== undefined) return [shownName(row), framework, "–", `not run: ${failure}`, "–"];
    const ms = medianMs(runs);
    const whole = row.wholeMs === undefined ? "–" : duration(row.wholeMs);
    return [shownName(row), framework, significant(ms / 1000 / seconds), duration(ms), whole];
  };
  return {
    title: "Real-time factor",
    head: ["Model", "Framework", "RTF", `${seconds} s audio processed in`, "Whole process"],
    rows: rows.map(cells),
  };
}

/** Where each row spends its time, and the memory that it takes. */
export function stageTable(rows: readonly Measured[]): Table {
  const cells = (row: Measured) => {
    const { framework, runs } = row;
    const stage = (of: (run: Run) => number) => duration(median(runs.map(of)));
    return [
      shownName(row),
      framework,
      stage((run) => run.melMs),
      stage((run) => run.encodeMs),
      stage((run) => run.prefillMs),
      stage((run) => run.decodeMs),
      bytes(Math.max(...runs.map((run) => run.peakRss))),
    ];
  };
  return {
    title: "By stage",
    head: ["Model", "Framework", "Mel", "Encoder", "Prompt", "Tokens", "Peak memory"],
    rows: rows.map(cells),
  };
}

/** How many runs the medians are of. */
export function countText(rows: readonly Measured[]): string {
  const counts = rows.map(({ runs }) => runs.length);
  const [min, max] = [Math.min(...counts), Math.max(...counts)];
  return min === max ? String(min) : `${min} to ${max}`;
}

/** How the first row compares with those of other frameworks and with other random weights. */
export function ratios([first, ...rest]: readonly Measured[]): string[] {
  return rest
    .filter(({ framework, isRandom }) => framework !== first!.framework || isRandom)
    .map(({ label, framework, runs }) => {
      const ratio = significant(medianMs(runs) / medianMs(first!.runs));
      const ours = `bun-asr for ${first!.label}`;
      return `${framework} takes ${ratio} times as long for ${label} as ${ours}.`;
    });
}

/** The table as bars. */
export function rtfChart(rows: readonly Measured[], { seconds, tokens }: Clip): string {
  const { cpu, threads } = machine();
  const written = tokens === null ? "" : `, ${tokens} tokens`;
  return barChart({
    title: `Time to transcribe ${seconds} s of speech`,
    subtitle: `${cpu}, ${threads} threads${written}`,
    axis: "seconds, shorter is better",
    bars: rows.map(({ label, framework, isRandom, runs }) => {
      const value = medianMs(runs) / 1000;
      const isOurs = framework === "bun-asr";
      const text = `${duration(value * 1000)} · RTF ${significant(value / seconds)}`;
      const detail = isRandom ? `${framework}, ${randomLabel}` : framework;
      return { label, detail, value, text, isOurs };
    }),
    mark: { value: seconds, label: "real time" },
  });
}
