import { readdir, readlink, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isTaken } from "./listing.ts";

/** A link of a cache that leads to nothing: its disk is not here, or the other end was removed. */
export interface DeadLink {
  /** What it is called, as in `config.json`. */
  name: string;
  /** Where it ends. */
  target: string;
}

/** The name of a dead link that is the whole folder of a commit. */
export const snapshotName = "its folder";

/** Links that lead to links, before they are taken for a ring. */
const maxLinks = 40;

/** Where a link ends that leads to nothing; undefined for what can be opened, and for no link. */
export async function deadEnd(path: string): Promise<string | undefined> {
  if ((await stat(path).catch(() => undefined)) !== undefined) return undefined;
  let end: string | undefined;
  for (let links = 0; links < maxLinks; links++) {
    const target = await readlink(end ?? path).catch(() => undefined);
    if (target === undefined) break;
    end = resolve(dirname(end ?? path), target);
  }
  return end;
}

/** The dead links among the files that a checkpoint can have, or the snapshot itself as one. */
export async function deadLinks(snapshot: string): Promise<DeadLink[]> {
  const target = await deadEnd(snapshot);
  if (target !== undefined) return [{ name: snapshotName, target }];
  const found: DeadLink[] = [];
  for (const name of (await readdir(snapshot).catch(() => [])).filter(isTaken).sort()) {
    const end = await deadEnd(join(snapshot, name));
    if (end !== undefined) found.push({ name, target: end });
  }
  return found;
}

/** What is wrong with a link, for a person. */
export function deadLinkText({ name, target }: DeadLink): string {
  return `${name} leads to ${target}, which is not there`;
}
