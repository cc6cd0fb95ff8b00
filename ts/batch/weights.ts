import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a checkpoint says is in these: weights, shapes, and the vocabulary. */
const counted = /\.(?:safetensors|json)$|^merges\.txt$/;

/**
 * The SHA-256 of a checkpoint: of the names of its files and what is in them. Machines whose
 * models differ in a byte have another one.
 */
export async function weightsHash(folder: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const names = (await readdir(folder)).filter((name) => counted.test(name)).sort();
  for (const name of names) {
    const file = new Bun.CryptoHasher("sha256");
    for await (const bytes of createReadStream(join(folder, name), { highWaterMark: 2 ** 20 })) {
      file.update(bytes);
    }
    hasher.update(`${name} ${file.digest("hex")}\n`);
  }
  return hasher.digest("hex");
}
