import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders.ts";
import { bundled, pageScripts } from "./page-script.ts";

// Written by `./bunw tools/page-script.ts`.
test.each(Object.entries(pageScripts))("%s is made of its modules", async (path, entry) => {
  expect(readFileSync(join(root, path), "utf8")).toBe(await bundled(entry));
});
