import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "./checks.ts";
import { root } from "./folders.ts";

const folder = join(root, "tools/pack");

/** The command `verify --pack`: what is packed, used where there is no clone. */
export async function verifyPack(): Promise<number> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".check.ts"));
  return await test(files.map((name) => join(folder, name)));
}
