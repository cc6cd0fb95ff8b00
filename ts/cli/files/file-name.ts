import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The name or the path of a file. On Linux it is bytes, which need not be UTF-8. */
export interface FileName {
  /** For people: what is not UTF-8 is `\ufffd`. */
  readonly text: string;
  /** For the system: the text, where the bytes are its own. */
  readonly raw: string | Buffer;
}

/** A name by its bytes. */
export function fileName(bytes: Buffer): FileName {
  const text = bytes.toString("utf8");
  return { text, raw: Buffer.from(text).equals(bytes) ? text : bytes };
}

/** The path of a name in a folder; that of the empty text is the name itself. */
export function under(folder: FileName, name: FileName): FileName {
  const text = join(folder.text, name.text);
  if (typeof folder.raw === "string" && typeof name.raw === "string") return { text, raw: text };
  const parts = folder.text === "" ? [] : [Buffer.from(folder.raw), Buffer.from("/")];
  return { text, raw: Buffer.concat([...parts, Buffer.from(name.raw)]) };
}

/** The names in a folder, as the system gives them. */
export function namesIn(folder: FileName): FileName[] {
  return readdirSync(folder.raw, { encoding: "buffer" }).map(fileName);
}

/**
 * The files that a path may mean which came as text: an argument or a line of a list has lost what
 * is not UTF-8. They are looked for in their folder, and are several when their names differ in
 * such bytes alone. Where there is none, the path is taken as it stands.
 */
export function meant(path: string): FileName[] {
  const asItStands = [{ text: path, raw: path }];
  if (!path.includes("\ufffd") || existsSync(path)) return asItStands;
  let found: FileName[] = [path.startsWith("/") ? { text: "/", raw: "/" } : { text: "", raw: "" }];
  for (const part of path.split("/").filter((name) => name !== "")) {
    found = found.flatMap((folder) => matching(folder, part).map((name) => under(folder, name)));
  }
  return found.length === 0 ? asItStands : found.map(({ raw }) => ({ text: path, raw }));
}

function matching(folder: FileName, part: string): FileName[] {
  if (!part.includes("\ufffd")) return [{ text: part, raw: part }];
  try {
    const here = folder.text === "" ? { text: ".", raw: "." } : folder;
    return namesIn(here).filter(({ text }) => text === part);
  } catch {
    // What is no folder has no names in it.
    return [];
  }
}
