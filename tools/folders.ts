import { join } from "node:path";

/** The root of the repository. */
export const root = join(import.meta.dir, "..");

/** What set-up fetches; nothing else lies there, so it can be deleted at any time. */
export const depsFolder = join(root, ".deps");
