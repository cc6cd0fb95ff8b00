import { realpathSync } from "node:fs";
import { rm, symlink } from "node:fs/promises";
import { extname, join } from "node:path";
import { temporaryFolder } from "../../audio/files/temporary.ts";
import { AsrError } from "../../contract/errors.ts";
import type { Input } from "./inputs.ts";

/** Reads an input by what the library can open: its path, a URL, or a link to it. */
export function readSource<T>(
  { path, source = path }: Input,
  read: (source: string) => AsyncIterable<T>,
): AsyncIterable<T> {
  return typeof source === "string" ? read(source) : readByLink(path, source, read);
}

/** A program gets its arguments as text: a name that is none is reached by a link with another. */
async function* readByLink<T>(
  path: string,
  bytes: Buffer,
  read: (link: string) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const folder = await temporaryFolder(path);
  const link = join(folder, `recording${extname(path)}`);
  try {
    await symlink(realpathSync(bytes, "buffer"), link);
    yield* read(link);
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    const { code, message, hint, partial } = error;
    const named = new AsrError(code, message.replaceAll(link, path), hint, { cause: error });
    throw partial === undefined ? named : named.with(partial);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
