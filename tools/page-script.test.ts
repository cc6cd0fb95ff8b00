import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders.ts";
import { bundled, pageScripts } from "./page-script.ts";

test.each(Object.entries(pageScripts))("%s is made of its modules", async (path, entry) => {
  const isSame = readFileSync(join(root, path), "utf8") === (await bundled(entry));
  expect(isSame, "run ./bunw tools/page-script.ts").toBe(true);
});
