import { basename, dirname, join } from "node:path";

/** The longest name that the usual file systems have room for, in bytes. */
const maxNameBytes = 255;

/** Whether no file can have the name at the end of a path. */
export function isNameTooLong(path: string): boolean {
  return Buffer.byteLength(basename(path)) > maxNameBytes;
}

/** A path whose name ends with `ending`, its stem cut where it would be too long. */
export function withEnding(stem: string, ending: string): string {
  const characters = [...basename(stem)];
  const room = maxNameBytes - Buffer.byteLength(ending);
  while (Buffer.byteLength(characters.join("")) > room) characters.pop();
  return join(dirname(stem), `${characters.join("")}${ending}`);
}
