import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultWeight, weightRange } from "../ts/contract/keywords.ts";
import { type OptionKind, rangeText } from "../ts/contract/option-kinds.ts";
import type { Option, Scope } from "../ts/contract/option-rows.ts";
import { type OptionName, optionNames, optionRow } from "../ts/contract/option-table.ts";
import { root } from "./folders.ts";

// The tables of options in the docs come from the one in ts/contract: `bun tools/option-tables.ts`
// writes them between their marks, and a test compares.

/** The pages with tables, and what each table is made of. */
const tables: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "docs/api.md": {
    load: () => apiTable("load", "call"),
    transcribe: () => apiTable("recording", "session", "stream", "call"),
  },
  "docs/cli.md": { flags: flagTable },
};

/** The pages of which the tables are made. */
export const tabledPages = Object.keys(tables);

/** A page with its tables as they ought to be. Throws where a mark is missing. */
export function withTables(page: string, text: string): string {
  return Object.entries(tables[page] ?? {}).reduce((so, [name, make]) => {
    const [start, end] = [`<!-- options: ${name} -->\n`, "<!-- end of options -->"];
    const from = so.indexOf(start);
    const to = so.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`${page}: the marks of the table ${name} are missing`);
    return `${so.slice(0, from)}${start}\n${make()}\n${so.slice(to)}`;
  }, text);
}

function apiTable(...scopes: Scope[]): string {
  return tableOf(
    ["option", "type", "range", "default", "meaning"],
    optionNames(...scopes).map((name) => {
      const option = optionRow(name);
      const { scope, sentence } = option;
      const only = scope === "stream" ? "; streams only" : "";
      return [
        `\`${name}\``,
        typeOf(option.kind),
        rangeOf(option.kind),
        defaultOf(option),
        sentence + only,
      ];
    }),
  );
}

function flagTable(): string {
  const flagged = (name: OptionName) => optionRow(name).flag !== undefined;
  const scopes: Scope[] = ["model", "load", "recording", "session", "stream"];
  return tableOf(
    ["flag", "in the API", "type", "range", "default", "meaning"],
    optionNames(...scopes)
      .filter(flagged)
      .map((name) => {
        const option = optionRow(name);
        const { kind, flag, sentence } = option;
        const flags = [flag?.short && `-${flag.short}`, `--${flag?.name}`].filter(Boolean);
        const shown = flags.map((each) => `\`${each}\``).join(", ");
        const standard = flag?.defaultText ?? defaultOf(option).replace(/^false$/, "off");
        const cells = [typeOf(kind), rangeOf(kind), standard, flag?.help ?? sentence];
        return [shown, `\`${name}\``, ...cells];
      }),
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")).replaceAll(" ", "") + rows.map(line).join("");
}

function typeOf(kind: OptionKind): string {
  switch (kind.type) {
    case "text":
    case "choice":
      return "string";
    case "nameOrNumber":
      return "string or whole number";
    case "number":
      return kind.isWhole ? "whole number" : "number";
    case "list":
      return kind.items === "strings" ? "list of strings" : "list of strings and objects";
    case "signal":
      return "`AbortSignal`";
    default:
      return kind.type;
  }
}

function rangeOf(kind: OptionKind): string {
  if (kind.type === "choice") return kind.choices.map((choice) => `\`${choice}\``).join(", ");
  if (kind.type === "list" && kind.items === "keywords") {
    return `weights ${weightRange.min} to ${weightRange.max}, ${defaultWeight} where none is given`;
  }
  if (kind.type === "nameOrNumber") {
    const names = kind.names?.map((name) => `\`${name}\``).join(", ") ?? kind.called;
    return `${names}, numbers from ${kind.min}`;
  }
  if (kind.type !== "number") return "";
  return rangeText(kind) ?? `at least ${kind.min}`;
}

function defaultOf({ kind, default: value, defaultText }: Option): string {
  if (defaultText !== undefined) return defaultText.replaceAll(/\$\w+/g, "`$&`");
  if (value === undefined) return "";
  return kind.type === "choice" || typeof value === "string" ? `\`${value}\`` : String(value);
}

if (import.meta.main) {
  for (const page of tabledPages) {
    const path = join(root, page);
    writeFileSync(path, withTables(page, readFileSync(path, "utf8")));
  }
}
