import { type Counts, errorsIn, referenceLength } from "./score.ts";
import { seededRandom } from "./seeded-random.ts";

const rounds = 2000;

/**
 * The 95 % interval of the error rate by the bootstrap over recordings (Bisani and Ney 2004): the
 * rates of as many recordings drawn with replacement, without the 2.5 % at each end. The same for
 * the same counts. Undefined for fewer than two recordings.
 */
export function confidenceInterval(all: readonly Counts[]): [number, number] | undefined {
  if (all.length < 2) return undefined;
  const errors = all.map(errorsIn);
  const lengths = all.map(referenceLength);
  const random = seededRandom(1);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let [wrong, length] = [0, 0];
    for (let draw = 0; draw < all.length; draw++) {
      const index = Math.floor(random() * all.length);
      wrong += errors[index]!;
      length += lengths[index]!;
    }
    // A draw of empty references alone has no rate.
    if (length > 0) rates.push(wrong / length);
  }
  if (rates.length === 0) return undefined;
  rates.sort((a, b) => a - b);
  const at = (share: number) =>
    rates[Math.min(rates.length - 1, Math.floor(rates.length * share))]!;
  return [at(0.025), at(0.975)];
}
