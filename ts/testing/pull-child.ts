import { pull } from "../hub/pull.ts";
import { processTuning, testId } from "./hub-models.ts";

// A process that tests can kill: pulls the test model from the hub and into the cache of its
// arguments, says when it begins, and writes the folder. The third argument is the lock's beat.
const [endpoint = "", cacheFolder = "", beat] = process.argv.slice(2);
const settings = { endpoint, cacheFolder, token: undefined, offline: false };
process.stdout.write("begun\n");
const name = { id: testId, revision: "main" };
const tuning = { ...processTuning, beatMs: Number(beat) };
const { folder } = await pull(name, settings, { ifNeeded: true }, tuning);
process.stdout.write(`${folder}\n`);
