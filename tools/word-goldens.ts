#!/usr/bin/env bun

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sentences } from "../ts/testing/sentences/sentences.ts";
import { root } from "./folders.ts";
import { officialWords } from "./official-words.ts";

// Writes models/goldens/cut-words.jsonl: run it when the sentences of ts/testing/sentences change.

const count = 300;
const seed = 1;

const lines: string[] = [];
for (const language of ["Japanese", "Korean"] as const) {
  for (const cut of await officialWords(language, sentences(language, count, seed))) {
    // Escaped, so that no editor normalises it.
    const text = JSON.stringify(cut).replaceAll(/[^\x20-\x7e]/g, (unit) => {
      return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    });
    lines.push(`${text}\n`);
  }
}
await writeFile(join(root, "models/goldens/cut-words.jsonl"), lines.join(""));
