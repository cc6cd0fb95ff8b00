import { describe, expect, test } from "bun:test";
import { alignerSet, alignerSets } from "../testing/aligner-goldens.ts";
import { compareWithOfficialAligner } from "../testing/aligner-parity.ts";
import { Model } from "./model.ts";

// Every slot, in float32, against the official aligner with the same random weights.

describe.each(alignerSets)("%s equals the official aligner", (name) => {
  const set = alignerSet(name);
  test.each(set.cases)("$name", async (golden) => {
    using model = Model.open(set.folder, { kind: "aligner", precision: "full" });
    expect(model.info.segmentMs).toBe(set.segmentMs);
    const found = await compareWithOfficialAligner(set, golden, model);
    expect(found.promptIsEqual).toBe(true);
    expect(found.logits).toBeLessThanOrEqual(set.tolerances.logits);
    expect(found.slots).toEqual(found.officialSlots);
  });
});
