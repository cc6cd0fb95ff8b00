import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/folders.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { machineText } from "./machine.ts";
import { type Result, resultsFolder } from "./results.ts";
import { markdownTable } from "./table.ts";

const [begin, end] = ["<!-- bench rtf -->\n", "<!-- /bench rtf -->\n"];
const readmePath = join(root, "README.md");
const resultPath = join(resultsFolder, "rtf.json");

/** Puts the stored result of `bench rtf` between the marks of README.md. */
export async function updateReadme(): Promise<void> {
  if (!existsSync(resultPath)) {
    const hint = "run `./bunw run bench rtf --synthetic` first";
    throw new AsrError("usage", "bench/results/rtf.json: there is no result to show", hint);
  }
  writeFileSync(readmePath, withResult(readFileSync(readmePath, "utf8"), storedResult()));
}

/** The result that is stored in the repository, if any. */
export function storedResult(): Result | undefined {
  return existsSync(resultPath) ? JSON.parse(readFileSync(resultPath, "utf8")) : undefined;
}

/** `readme` with the result between its marks, or with nothing there. */
export function withResult(readme: string, result: Result | undefined): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) {
    throw new AsrError("usage", "README.md has lost the marks of the measured table");
  }
  const section = result === undefined ? "" : resultSection(result);
  return readme.slice(0, from + begin.length) + section + readme.slice(to);
}

/** The measured table and chart, with how they were made. */
export function resultSection(result: Result): string {
  const { tables, notes, command, date, machine, kernels, versions, revision } = result;
  const at = revision === undefined ? "" : `, commit ${revision.commit}`;
  const changed = revision?.dirty === true ? " with changes" : "";
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    markdownTable(tables[0]!),
    `![${tables[0]!.title}](bench/results/rtf.svg)\n`,
    `\`${command}\` on ${date.slice(0, 10)}${at}${changed}: ${machineText(machine, kernels)}.`,
    ...notes,
    `${named.join(", ")}.\n`,
  ].join("\n");
}
