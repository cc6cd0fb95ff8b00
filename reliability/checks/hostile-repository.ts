import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { isTaken } from "../../ts/hub/listing.ts";
import { pull } from "../../ts/hub/pull.ts";
import { quickTuning, ScratchCache, singleModel, testId } from "../../ts/testing/hub-models.ts";
import { LoopbackHub, listingOf, RawListing } from "../../ts/testing/loopback-hub.ts";
import type { Check, Random, Trials } from "../check.ts";
import { mutatedJson } from "../json-mutations.ts";
import { between, pick } from "../random.ts";

export const check: Check = {
  number: 18,
  title: "hostile repositories",
  tries:
    "lists of files with paths that lead out, links, devices, scripts, 100,000 names, 10 TB, " +
    "mutated JSON: refused before a byte is written, or only files of a checkpoint are " +
    "fetched",
  inputs: 800,
  inputsOfTest: 20,
};

type Listing = { text: string };

const parts = [
  "..",
  ".",
  "",
  "x",
  "C:",
  "\\",
  "~",
  "con",
  "\u0000",
  "\u202e",
  " ",
  "a".repeat(300),
];
const tails = ["model.safetensors", "config.json", "x.py", "pytorch_model.bin", ".bashrc", "x.so"];
const sizes = [0, 5, -1, 1.5, 10e12, 2 ** 53, "5", null];

/** Pulls from repositories that nobody should publish. */
export function open(): Trials<Listing> {
  const model = singleModel(1, 4000);
  const proper = listingOf(model);
  const counts = { fetched: 0, refused: 0 };

  async function judge({ text }: Listing): Promise<string | undefined> {
    using hub = await LoopbackHub.start({ [testId]: { ...model, listing: new RawListing(text) } });
    using cache = new ScratchCache();
    const home = join(cache.folder, "models--speech-lab--tiny-asr");
    try {
      const name = { id: testId, revision: "main" };
      await pull(name, cache.settings(hub.endpoint), {}, { ...quickTuning, attempts: 2 });
      counts.fetched++;
    } catch (error) {
      if (!(error instanceof AsrError) || error.code !== "model") throw error;
      counts.refused++;
      if (existsSync(join(home, "snapshots"))) return "refused, but files are there";
    }
    const asked = hub.fileRequests.find(({ file }) => !isTaken(decodeURIComponent(file ?? "")));
    if (asked !== undefined) return `asked for ${asked.file}`;
    const stray = readdirSync(cache.folder).find((entry) => !/^(?:models--|\.locks$)/.test(entry));
    return stray === undefined ? undefined : `wrote ${stray}`;
  }

  function input(random: Random, index: number): Listing {
    if (index === 0) {
      const siblings = Array.from({ length: 100_000 }, (_, i) => ({ rfilename: `${i}.json` }));
      return { text: JSON.stringify({ ...proper, siblings }) };
    }
    if (random() < 0.4) return { text: mutatedJson(random, JSON.stringify(proper)) };
    const depth = between(random, 0, 4);
    const path = Array.from({ length: depth }, () => pick(random, parts));
    const rfilename = [...path, pick(random, tails)].join(pick(random, ["/", "/", "\\"]));
    const more = { rfilename, size: pick(random, sizes), blobId: "0".repeat(40) };
    return { text: JSON.stringify({ ...proper, siblings: [more, ...proper.siblings] }) };
  }

  return {
    input,
    judge,
    figures: () => [`${counts.fetched} fetched, ${counts.refused} refused`],
  };
}
