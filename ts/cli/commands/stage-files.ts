import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";

/** Writes files by their names into a folder, which is made. Throws AsrError `usage` where not. */
export async function writeStages(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), content);
    }
  } catch (error) {
    throw new AsrError("usage", `${folder}: cannot be written: ${messageOf(error)}`);
  }
}
