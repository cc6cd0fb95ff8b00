import { expect, test } from "bun:test";
import { AsrError } from "./errors.ts";

test("an error that is printed shows what it has, and nothing that is undefined", () => {
  expect(Bun.inspect(new AsrError("input", "broken"))).not.toMatch(/^ (hint|reason):/m);
  const whole = new AsrError("input", "too long", "cut it", { reason: "too long" });
  expect(Bun.inspect(whole)).toContain('reason: "too long"');
  expect(whole.hint).toBe("cut it");
});
