import { expect, test } from "bun:test";
import { aLaw, muLaw } from "./g711.ts";

/** As tables of G.711 list them, for 16 bits. */
const known = [
  [muLaw, 0x00, -32_124],
  [muLaw, 0x80, 32_124],
  [muLaw, 0x7f, -0],
  [muLaw, 0xff, 0],
  [muLaw, 0xfe, 8],
  [muLaw, 0xaa, 5372],
  [muLaw, 0x2a, -5372],
  [aLaw, 0x55, -8],
  [aLaw, 0xd5, 8],
  [aLaw, 0xaa, 32_256],
  [aLaw, 0x2a, -32_256],
  [aLaw, 0x00, -5504],
  [aLaw, 0x80, 5504],
] as const;

test.each(known)("%# a byte of telephony is known", (table, byte, value) => {
  expect(table[byte]! * 2 ** 15).toBe(value);
});
