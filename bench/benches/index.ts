import { align } from "./align.ts";
import { aligner } from "./aligner.ts";
import { batch } from "./batch.ts";
import type { Bench } from "./bench.ts";
import { captions } from "./captions.ts";
import { kernels } from "./kernels.ts";
import { latency } from "./latency.ts";
import { live } from "./live.ts";
import { load } from "./load.ts";
import { optimisations } from "./optimisations.ts";
import { precision } from "./precision.ts";
import { rtf } from "./rtf.ts";
import { server } from "./server.ts";
import { speed } from "./speed.ts";
import { stages } from "./stages.ts";
import { words } from "./words.ts";

/** Every bench by its name, in the order in which all of them run. */
export const benches: Readonly<Record<string, Bench>> = {
  rtf,
  speed,
  stages,
  batch,
  latency,
  load,
  live,
  captions,
  align,
  aligner,
  words,
  server,
  precision,
  optimisations,
  kernels,
};
