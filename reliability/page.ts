import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine, machineText } from "../bench/report/machine.ts";
import { markdownTable } from "../bench/report/table.ts";
import { versions } from "../bench/report/versions.ts";
import { root } from "../tools/folders.ts";
import { findFfmpeg } from "../ts/audio/ffmpeg/program.ts";
import { AsrError } from "../ts/contract/errors.ts";
import { modelFolder } from "../ts/native/locate.ts";
import { Model } from "../ts/native/model.ts";
import type { ListedCheck } from "./checks.ts";
import type { Result } from "./results.ts";

const path = join(root, "docs/reliability.md");
const [begin, end] = ["<!-- suite -->\n", "<!-- /suite -->\n"];

/** The table of results, for a terminal and for the page. */
export function resultTable(checks: readonly ListedCheck[], results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { title = "" } = checks.find(({ check }) => check.number === result.number)?.check ?? {};
    const { number, inputs, crashes, hangs, wrong, seconds, figures, notRun } = result;
    const counts = [inputs, crashes, hangs, wrong].map((count) => count.toLocaleString("en-US"));
    const cells = notRun === undefined ? counts : ["–", "–", "–", "–"];
    const said = notRun === undefined ? figures.join("; ") : `not run: ${notRun}`;
    return [String(number), title, ...cells, `${Math.round(seconds)} s`, said];
  });
  const head = ["#", "check", "inputs", "crashes", "hangs", "wrong", "took", "figures"];
  return markdownTable({ title: "Results", head, rows });
}

/** Puts the results of all checks between the marks of docs/reliability.md. */
export async function writePage(
  checks: readonly ListedCheck[],
  results: readonly Result[],
): Promise<void> {
  const page = readFileSync(path, "utf8");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new AsrError("usage", "docs/reliability.md has lost the marks of the results");
  }
  const section = await sectionOf(checks, results);
  writeFileSync(path, page.slice(0, from + begin.length) + section + page.slice(to));
}

async function sectionOf(
  checks: readonly ListedCheck[],
  results: readonly Result[],
): Promise<string> {
  const distinct = (of: (result: Result) => string) => [...new Set(results.map(of))].join(", ");
  using model = Model.open(modelFolder("demo"));
  const named = Object.entries(versions()).map(([name, version]) => `${name} ${version}`);
  return [
    resultTable(checks, results),
    `\`./bunw run verify --hard --seed ${distinct(({ seed }) => String(seed))}\` on ` +
      `${distinct(({ date }) => date)}, commit ${distinct(({ commit }) => commit)}: ` +
      `${machineText(machine(), model.info.kernels ?? "no")}.`,
    `${[...named, await ffmpegVersion()].join(", ")}.\n`,
  ].join("\n");
}

async function ffmpegVersion(): Promise<string> {
  const text = await Bun.spawn([await findFfmpeg(), "-version"]).stdout.text();
  return /^ffmpeg version \S+/.exec(text)?.[0] ?? "ffmpeg of unknown version";
}
