// A process of its own, whose memory nothing else has grown: opens and closes 200 models, and
// prints by how many MB that grew it.
import { join } from "node:path";
import { Model } from "../native/model.ts";
import { goldensFolder, speech } from "./goldens.ts";

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
for (let i = 0; i < 50; i++) round();
Bun.gc(true);
const before = process.memoryUsage.rss();
for (let i = 0; i < 200; i++) round();
Bun.gc(true);
process.stdout.write(String((process.memoryUsage.rss() - before) / 2 ** 20));
