import { expect, test } from "bun:test";
import { ByteTextsWriter } from "./byte-texts.ts";
import { Vocabulary } from "./vocabulary.ts";

const step = (hash: number, byte: number) => Math.imul(hash ^ byte, 0x01000193);

/** Pairs of four bytes, one behind the other, that take FNV-1a from its usual start to the same. */
function collidingBlocks(count: number): [Buffer, Buffer][] {
  let start = 0x811c9dc5 | 0;
  return Array.from({ length: count }, () => {
    const seen = new Map<number, Buffer>();
    for (let i = 0; ; i++) {
      const block = Buffer.alloc(4);
      block.writeUInt32LE(Math.imul(i, 0x9e3779b1) >>> 0);
      const hash = block.reduce(step, start);
      const other = seen.get(hash);
      if (other !== undefined) {
        start = hash;
        return [other, block] as [Buffer, Buffer];
      }
      seen.set(hash, block);
    }
  });
}

test("tokens that were made to collide are read in no time", () => {
  const blocks = collidingBlocks(14);
  const tokens = Array.from({ length: 2 ** blocks.length }, (_, n) =>
    Buffer.concat(blocks.map((pair, bit) => pair[(n >> bit) & 1]!)),
  );
  const texts = new ByteTextsWriter(tokens.length * blocks.length * 4);
  for (const token of tokens) texts.add(token);
  const started = performance.now();
  const vocabulary = new Vocabulary(texts.done(), [...tokens.keys()]);
  expect(vocabulary.find(tokens[12_345]!)).toBe(12_345);
  // Some milliseconds; 5 s where they collide.
  expect(performance.now() - started).toBeLessThan(3000);
});
