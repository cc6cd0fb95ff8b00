// A process of its own, whose memory nothing else has grown: 400 sessions join a batch of eight and
// leave it; prints by how many MiB that grew it.
import { join } from "node:path";
import { Model, type Session } from "../native/model.ts";
import { goldensFolder, speech } from "./goldens.ts";
import { growth } from "./memory-growth.ts";

using model = Model.open(join(goldensFolder, "small-q4"));
const pad = model.info.tokens.audioPad;
const batch: Session[] = [];

function round(i: number): void {
  if (batch.length === 8) batch.splice(i % 8, 1)[0]!.close();
  const session = model.session({ ignoreEos: true });
  session.mel(speech(8000 + (i % 7) * 9000));
  const pads = new Int32Array(session.encode()).fill(pad);
  session.prefill(Int32Array.from([1, ...pads, 2]));
  batch.push(session);
  for (let step = 0; step < 3; step++) model.step(batch);
}

process.stdout.write(String(growth(round, 200, 400)));
