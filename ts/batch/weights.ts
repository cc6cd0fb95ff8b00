import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a checkpoint says is in these: weights, shapes, and the vocabulary. */
const counted = /\.(?:safetensors|json)$|^merges\.txt$/;

/**
 * The SHA-256 of the checkpoints that rows depend on: of the names of their files and what is in
 * them. Machines whose models, or aligners, differ in a byte have another one.
 */
export async function weightsHash(model: string, aligner?: string): Promise<string> {
  const hash = await checkpointHash(model);
  if (aligner === undefined) return hash;
  const both = `${hash} ${await checkpointHash(aligner)}`;
  return new Bun.CryptoHasher("sha256").update(both).digest("hex");
}

async function checkpointHash(folder: string): Promise<string> {
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
