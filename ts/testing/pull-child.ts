import { pull } from "../hub/pull.ts";
import { processTuning, testId } from "./hub-models.ts";

// A process that tests can kill: pulls the test model from the hub and into the cache of its
// arguments, says when it begins, and writes the folder.
const [endpoint = "", cacheFolder = ""] = process.argv.slice(2);
const settings = { endpoint, cacheFolder, token: undefined, offline: false };
process.stdout.write("begun\n");
const options = { ifNeeded: true };
const { folder } = await pull({ id: testId, revision: "main" }, settings, options, processTuning);
process.stdout.write(`${folder}\n`);
