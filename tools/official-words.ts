import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import type { CutLanguage } from "../ts/testing/sentences/sentences.ts";
import { environmentPython, official } from "./environment.ts";
import { root } from "./folders.ts";
import { toStderr } from "./setup.ts";

/** A text and its words, as the official aligner cuts it. */
export interface CutText {
  language: CutLanguage;
  text: string;
  words: string[];
}

/**
 * Has texts cut by the official implementation, which is installed for it. Left out are those with
 * characters that its Python is too old to know.
 */
export async function officialWords(
  language: CutLanguage,
  texts: readonly string[],
): Promise<CutText[]> {
  const interpreter = await environmentPython(official, toStderr);
  const lines = texts.map((text) => `${JSON.stringify([language, text])}\n`).join("");
  const child = Bun.spawn([interpreter, join(root, "models/goldens/cut_words.py")], {
    cwd: root,
    stdin: Buffer.from(lines),
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await child.stdout.text();
  const found = output.trimEnd().split("\n");
  if ((await child.exited) !== 0 || found.length !== texts.length) {
    throw new AsrError("native", "models/goldens/cut_words.py failed", "see its output above");
  }
  return texts.flatMap((text, index) => {
    const words: string[] | null = JSON.parse(found[index]!);
    return words === null ? [] : [{ language, text, words }];
  });
}
