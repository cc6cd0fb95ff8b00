import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders.ts";

// The scripts of the server's page are made of ts/server/page/browser: `bun tools/page-script.ts`
// writes them, and a test compares. They lie in the repository because a server, and a program in
// one file, takes them as they are.

/** Where each script lies, and the module that it is made of; paths from the root. */
export const pageScripts: Readonly<Record<string, string>> = {
  "ts/server/page/served/page.js": "ts/server/page/browser/main.ts",
  "ts/server/page/served/worklet.js": "ts/server/page/browser/worklet.ts",
};

/** A script as it ought to be. */
export async function bundled(entry: string): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [join(root, entry)],
    target: "browser",
    root,
  });
  const [script] = outputs;
  if (script === undefined) throw new Error(`${entry} became no script`);
  return await script.text();
}

if (import.meta.main) {
  for (const [path, entry] of Object.entries(pageScripts))
    writeFileSync(join(root, path), await bundled(entry));
}
