import { expect } from "bun:test";
import { AsrError, type AsrErrorCode } from "../contract/errors.ts";

/** Asserts that `action` throws an AsrError of this code whose line holds each of the texts. */
export async function expectAsrError(
  action: () => unknown,
  code: AsrErrorCode,
  ...texts: string[]
): Promise<AsrError> {
  let thrown: unknown;
  try {
    await action();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof AsrError)) throw new Error(`expected an AsrError, got ${String(thrown)}`);
  expect(thrown.code).toBe(code);
  for (const text of texts) expect(thrown.oneLine).toContain(text);
  return thrown;
}
