import { join } from "node:path";

const models = join(import.meta.dir, "../../models");

/** The model that comes with the repository, for a limited domain of English. */
export const demoModel = "demo";

/** A recording in the demo's domain, with sample.txt beside it. */
export const demoSample = join(models, "demo/sample.wav");

/** The folder of a model given as `demo` or as a path. */
export function modelFolder(model: string): string {
  return model === demoModel ? join(models, "demo") : model;
}
