import { afterAll, beforeAll, expect, test } from "bun:test";
import { Asr } from "../../asr.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { demoSample } from "../../native/locate.ts";
import { ScratchCache, singleModel } from "../../testing/hub-models.ts";
import { LoopbackHub } from "../../testing/loopback-hub.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import type { Load } from "./opening.ts";
import { serveCommand } from "./serve.ts";
import { transcribeWith } from "./transcribe.ts";

const id = "speech-lab/hearing";
const endpointBefore = process.env["HF_ENDPOINT"];

let hub: LoopbackHub;
beforeAll(async () => {
  // Its weights are no model, so that each command ends once they are here.
  hub = await LoopbackHub.start({ [id]: singleModel(1, 40_000) });
  process.env["HF_ENDPOINT"] = hub.endpoint;
});
afterAll(() => {
  hub[Symbol.dispose]();
  if (endpointBefore === undefined) delete process.env["HF_ENDPOINT"];
  else process.env["HF_ENDPOINT"] = endpointBefore;
});

// Fetches on this thread: that of the engine may have been started with another hub's address.
const load: Load<Asr> = async ({ model, engine: { cacheDir } }, options) =>
  await Asr.load(await resolveModel(model, { cacheDir, ...options }), options);

test.each([
  ["transcribe", transcribeWith(load), [demoSample]],
  ["serve", serveCommand, ["--port", "0"]],
])("%s tells of a download on lines of their own", async (_name, command, argv) => {
  using cache = new ScratchCache();
  const given = [...argv, "--model", id, "--cache-dir", cache.folder];
  const { status, notes } = await outcomeOf((terminal) => command.run(given, terminal), {
    tty: true,
  });
  expect(status).toBe(3);
  const shown = notes.split("\n").map((line) => line.split("\r\x1b[K").at(-1));
  expect(shown).toContainEqual(expect.stringMatching(/^downloading speech-lab\/hearing: \d/));
  expect(shown).toContainEqual(expect.stringMatching(/^downloaded speech-lab\/hearing: /));
});
