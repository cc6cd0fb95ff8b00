import { expect, test } from "bun:test";
import { fourBits } from "../synthetic/qwen.ts";
import { decodeBytes, encoderOperations, prefillOperations, promptTokens } from "./work.ts";

test("10 s are 90 billion operations of the encoder, and 130 of the prompt", () => {
  expect(Math.round(encoderOperations(10) / 1e9)).toBe(90);
  expect(promptTokens(10)).toBe(145);
  expect(Math.round(prefillOperations(145) / 1e9)).toBe(130);
});

test("a token reads 335 MB of 4-bit weights", () => {
  expect(Math.round(decodeBytes(fourBits) / 1e6)).toBe(335);
});
