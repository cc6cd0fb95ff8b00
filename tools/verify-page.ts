import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { chromium } from "../ts/testing/browser.ts";
import { test } from "./checks.ts";
import { root } from "./folders.ts";

const folder = join(root, "ts/testing/page");

/** The command `verify --page`: what people do with the page of the server, done in Chromium. */
export async function verifyPage(): Promise<number> {
  if (chromium === null) {
    const hint = "install it (Debian: apt install chromium), or set CHROMIUM";
    throw new AsrError("native", "there is no Chromium", hint);
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(".check.ts"));
  return await test(files.map((name) => join(folder, name)));
}
