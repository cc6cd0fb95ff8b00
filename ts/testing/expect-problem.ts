import { expect } from "bun:test";
import { Problem } from "../server/http/problem.ts";

/** Asserts that `action` throws a Problem of this status, and code. */
export async function expectProblem(
  action: () => unknown,
  status: number,
  code?: string,
): Promise<Problem> {
  let thrown: unknown;
  try {
    await action();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof Problem)) throw new Error(`expected a Problem, got ${String(thrown)}`);
  expect(thrown.status).toBe(status);
  if (code !== undefined) expect(thrown.code).toBe(code);
  return thrown;
}
