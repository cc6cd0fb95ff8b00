import { Asr } from "../../ts/asr.ts";
import { checkpointOpener } from "../../ts/server/models/opener.ts";
import { Server } from "../../ts/server/server.ts";
import type { Recognizer } from "../../ts/server/service/models.ts";

// bun run bench/subjects/server.ts FOLDER TOKENS PLACES: a server until its standard input ends. It
// says its address and kernels as JSON on a line. TOKENS is 0 where the model ends by itself.

const [folder = "", tokens = "0", places = "8"] = process.argv.slice(2);
let kernels = "";

/** Random weights do not end, and repeat themselves, which is noticed from 32 tokens on. */
const chance = Number(tokens) < 32 ? {} : { temperature: 1, seed: 1 };
const fixed = { ...chance, maxTokens: Number(tokens), language: "en" };

const opener = checkpointOpener(async (found, options): Promise<Recognizer> => {
  const asr = await Asr.load(found, options);
  kernels = asr.info.kernels;
  if (Number(tokens) === 0) return asr;
  return {
    stream: (input, given) => asr.stream(input, { ...given, ...fixed }),
    align: (input, text, given) => asr.align(input, text, given),
    close: () => asr.close(),
  };
});
await using server = new Server({ models: [folder], port: 0 }, opener, { batch: Number(places) });
await server.open();
process.stdout.write(`${JSON.stringify({ url: server.url, kernels })}\n`);
await Bun.stdin.text();
