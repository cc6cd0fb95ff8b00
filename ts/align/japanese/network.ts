// This folder: Japanese text, which has no spaces, is cut into words as nagisa's network does it.

import { bestTags } from "./best-tags.ts";
import { features } from "./features.ts";
import { lstm } from "./lstm.ts";
import { dims, type JapaneseTables, tags } from "./tables.ts";

/**
 * The words of a normalized text, which is given as its characters; each word as the places of its
 * characters. A word that the network begins and does not end is none: at the end of a text
 * characters may be left over. One that is a word by itself within another one comes before it.
 */
export function wordPlaces(characters: readonly string[], tables: JapaneseTables): number[][] {
  const found: number[][] = [];
  let open: number[] = [];
  for (const [at, tag] of tagsOf(characters, tables).entries()) {
    if (tag === tags.single) {
      found.push([at]);
      continue;
    }
    open.push(at);
    if (tag !== tags.end) continue;
    found.push(open);
    open = [];
  }
  return found;
}

function tagsOf(characters: readonly string[], tables: JapaneseTables): Uint8Array {
  const lower = Array.from(characters.join("").toLowerCase());
  const inputs = features(lower, tables);
  const stride = 2 * dims.cells;
  const hidden = new Float64Array(lower.length * stride);
  lstm(tables.forward, inputs, hidden, { isBackward: false, stride, offset: 0 });
  lstm(tables.backward, inputs, hidden, { isBackward: true, stride, offset: dims.cells });
  const scores = new Float64Array(lower.length * tags.count);
  for (let at = 0; at < lower.length; at++) {
    for (let tag = 0; tag < tags.count; tag++) {
      let sum = tables.outputBias[tag]!;
      for (let i = 0; i < stride; i++) {
        sum += tables.output[i * tags.count + tag]! * hidden[at * stride + i]!;
      }
      scores[at * tags.count + tag] = sum;
    }
  }
  return bestTags(scores, tables);
}
