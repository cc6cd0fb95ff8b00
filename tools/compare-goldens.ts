import { Model } from "../ts/native/model.ts";
import type { GoldenSet } from "../ts/testing/goldens.ts";
import { compareWithOfficial, type Parity } from "../ts/testing/parity.ts";

export type Precision = "full" | "auto";

/**
 * What `auto` may be off by, whose arithmetic differs between machines: integer products on Linux,
 * bfloat16 on Apple silicon. The goldens' embeddings reach 2.9, their logits 4.8; on Linux they are
 * off by 0.004 and 0.09. A stage that is wrong is off by whole numbers.
 */
const autoTolerances = { encoder: 0.1, logits: 0.5 };

/** The head of the table whose rows `compareSet` writes. */
export const goldensHead = "set precision case mel encoder logits tokens\n";

/**
 * Compares each case of a set with what the official implementation gave, a row for each on
 * standard output; returns how many were too far off.
 */
export async function compareSet(
  name: string,
  set: GoldenSet,
  precision: Precision,
): Promise<number> {
  using model = Model.open(set.folder, { precision });
  const tolerances = precision === "full" ? set.tolerances : autoTolerances;
  let failed = 0;
  for (const golden of set.cases) {
    const found = await compareWithOfficial(set, golden, model);
    const { mel, encoder, logits, promptIsEqual, tokens, equalTokens } = found;
    const isGood =
      mel <= (golden.mel.tolerance ?? set.tolerances.mel) &&
      encoder <= tolerances.encoder &&
      logits <= tolerances.logits &&
      promptIsEqual &&
      // Random weights have likeliest tokens that are close to others: rounded, these may win.
      (precision === "auto" || equalTokens === tokens.length);
    if (!isGood) failed++;
    const verdict = isGood ? "" : " FAILED";
    process.stdout.write(`${name} ${precision} ${golden.name} ${figuresOf(found)}${verdict}\n`);
  }
  return failed;
}

function figuresOf({ mel, encoder, logits, tokens, equalTokens }: Parity): string {
  const distances = [mel, encoder, logits].map((value) => value.toExponential(1)).join(" ");
  const verdict = equalTokens === tokens.length ? "equal" : `${equalTokens}/${tokens.length}`;
  return `${distances} ${verdict}`;
}
