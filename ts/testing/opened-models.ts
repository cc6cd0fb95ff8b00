// A process of its own, whose memory nothing else has grown: opens and closes 200 models, and
// prints by how many MiB that grew it.
import { join } from "node:path";
import { Model } from "../native/model.ts";
import { goldensFolder, speech } from "./goldens.ts";
import { growth } from "./memory-growth.ts";

const samples = speech(16_000);

function round(): void {
  using model = Model.open(join(goldensFolder, "small-q4"));
  using session = model.session();
  session.mel(samples);
  session.encode();
  session.prefill(new Int32Array([1, 2, 3]));
  session.next();
}

// Caches fill in the first rounds.
process.stdout.write(String(growth(round, 50, 200)));
