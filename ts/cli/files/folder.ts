import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { extname, join } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { codeOf } from "../../contract/unwritten.ts";
import { type FileName, fileName, namesIn, under } from "./file-name.ts";

/** What was found: a file, or why something that should be one cannot be used. */
export interface Found {
  name: FileName;
  /** Its path under the folder. */
  relative: string;
  problem?: AsrError | undefined;
}

/** What folders are searched for. A file that is named itself may have any name. */
const extensions = new Set(
  (
    "aac ac3 adts aif aifc aiff amr ape asf au awb caf dff dsf dts dtshd eac3 flac gsm m2a m4a " +
    "m4b m4r mka mlp mp1 mp2 mp3 mpa mpc oga ogg oma opus qcp ra rf64 shn snd sph spx tak thd " +
    "tta voc vqf w64 wav weba wma wv xwma " +
    "3g2 3ga 3gp 3gpp avi divx dv f4a f4v flv m2ts m4v mkv mov mp4 mpeg mpg mts mxf nut ogm ogv " +
    "ogx qt rm rmvb ts vob webm wmv wtv"
  ).split(" "),
);

/**
 * The audio and video files of a folder in order, without hidden ones; with `recursive` those of
 * its folders, too. Links to folders are followed after all real folders, and each folder is looked
 * into once, so that a link that leads back ends nothing and doubles nothing. What looks like a
 * recording and cannot be opened is found with its problem.
 */
export function mediaIn(folder: FileName, recursive: boolean): Found[] {
  const search = new Search(recursive);
  search.visit({ name: folder, relative: "" });
  for (let next = search.links.shift(); next !== undefined; next = search.links.shift()) {
    search.visit(next);
  }
  return search.found.sort(inOrder);
}

class Search {
  readonly found: Found[] = [];
  /** Links to folders that were not followed yet. */
  readonly links: Found[] = [];
  readonly #recursive: boolean;
  readonly #visited = new Set<string>();

  constructor(recursive: boolean) {
    this.#recursive = recursive;
  }

  visit(folder: Found): void {
    try {
      const { dev, ino } = statSync(folder.name.raw);
      if (this.#visited.has(`${dev}:${ino}`)) return;
      this.#visited.add(`${dev}:${ino}`);
      for (const name of namesIn(folder.name).sort((a, b) => byName(a.text, b.text))) {
        if (!name.text.startsWith(".")) this.#look(folder, name);
      }
    } catch (error) {
      this.#tell(folder, unreadable(folder.name, error));
    }
  }

  #look(folder: Found, name: FileName): void {
    const entry = { name: under(folder.name, name), relative: join(folder.relative, name.text) };
    const isMedia = extensions.has(extname(name.text).slice(1).toLowerCase());
    const isLink = lstatSync(entry.name.raw, noThrow)?.isSymbolicLink() ?? false;
    const stats = statsOf(entry.name);
    if (stats instanceof AsrError) {
      // A link without an extension may have led to a folder.
      const couldBeFolder = isLink && this.#recursive && extname(name.text) === "";
      if (isMedia || couldBeFolder) this.#tell(entry, stats);
    } else if (stats.isDirectory()) {
      if (!this.#recursive) return;
      if (isLink) this.links.push(entry);
      else this.visit(entry);
    } else if (isMedia) {
      if (stats.isFile()) this.found.push(entry);
      else this.#tell(entry, new AsrError("input", `${entry.name.text}: is no file`));
    }
  }

  #tell(entry: Found, problem: AsrError): void {
    this.found.push({ ...entry, problem });
  }
}

const noThrow = { throwIfNoEntry: false } as const;

/** What the system says about a file, links followed; or why it says nothing. */
export function statsOf(name: FileName): Stats | AsrError {
  try {
    return statSync(name.raw);
  } catch (error) {
    return unreadable(name, error);
  }
}

/** Why a file or folder cannot be opened, by what the system answered. */
function unreadable(name: FileName, error: unknown): AsrError {
  const code = codeOf(error);
  if (code === "ENOENT") {
    const target = targetOf(name);
    if (target === undefined) {
      return new AsrError("input", `${name.text}: no such file`, "check the path");
    }
    return new AsrError("input", `${name.text}: is a link to ${target}, which is not there`);
  }
  if (code === "ELOOP") {
    return new AsrError("input", `${name.text}: is a link that leads back to itself`);
  }
  const why = reasons[code ?? ""] ?? messageOf(error);
  return new AsrError("input", `${name.text}: cannot be read: ${why}`);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  ENAMETOOLONG: "the name is too long",
  ENOTDIR: "a part of the path is a file, not a folder",
};

function targetOf({ raw }: FileName): string | undefined {
  try {
    return fileName(readlinkSync(raw, "buffer")).text;
  } catch {
    // It is no link.
    return undefined;
  }
}

/** As people count: take 2 before take 10. */
export const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Folder by folder. */
function inOrder(a: Found, b: Found): number {
  const [left, right] = [a.relative.split("/"), b.relative.split("/")];
  for (const [index, name] of left.entries()) {
    const difference = byName(name, right[index] ?? "");
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
