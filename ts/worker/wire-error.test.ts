import { describe, expect, test } from "bun:test";
import { AsrError } from "../contract/errors.ts";
import { transcriptOf } from "../testing/transcripts.ts";
import { fromWire, toWire } from "./wire-error.ts";

/** The error as the other thread gets it. */
function crossed(error: unknown): AsrError {
  return fromWire(structuredClone(toWire(error)));
}

function brokenFunction(): never {
  throw new TypeError("it is not a function", { cause: new RangeError("too far") });
}

function thrownBy(action: () => never): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
}

describe("an error that no code of ours foresaw", () => {
  const original = thrownBy(brokenFunction);
  const error = crossed(original);

  test("is internal, and asks to be reported", () => {
    expect(error).toBeInstanceOf(AsrError);
    expect(error).toMatchObject({ code: "internal", message: "it is not a function" });
    expect(error.hint).toContain("please report");
  });

  test("is its cause, with the stack where it was thrown and with its own cause", () => {
    const cause = error.cause as Error;
    expect(cause).toBeInstanceOf(Error);
    expect(cause).toMatchObject({ name: "TypeError", message: "it is not a function" });
    expect(cause.stack).toBe(original.stack!);
    expect(cause.stack).toContain("brokenFunction");
    expect(cause.cause).toMatchObject({ name: "RangeError", message: "too far" });
  });

  test("may be no Error at all, or hold what cannot be cloned", () => {
    expect(crossed("just a text")).toMatchObject({ code: "internal", message: "just a text" });
    const odd = Object.assign(new Error("odd"), { callback: () => 1, cause: () => 2 });
    expect(crossed(odd).message).toBe("odd");
  });

  test("keeps what was transcribed before it", () => {
    const partial = transcriptOf([]);
    expect(crossed(Object.assign(new Error("late"), { partial })).partial).toEqual(partial);
  });

  test("may be a cause of itself", () => {
    const ring = new Error("ring");
    ring.cause = ring;
    expect(crossed(ring).message).toBe("ring");
  });
});

describe("an AsrError", () => {
  test("stays what it is", () => {
    const partial = transcriptOf([]);
    const error = crossed(new AsrError("input", "talk.wav: broken", "send it again").with(partial));
    expect(error).toMatchObject({ code: "input", message: "talk.wav: broken" });
    expect([error.hint, error.partial, error.cause]).toEqual(["send it again", partial, undefined]);
  });

  test("keeps its reason", () => {
    const error = crossed(new AsrError("input", "long", undefined, { reason: "too long" }));
    expect(error.reason).toBe("too long");
    expect(crossed(new AsrError("input", "broken")).reason).toBeUndefined();
  });

  test("keeps its cause", () => {
    const cause = new Error("ENOENT");
    const error = crossed(new AsrError("model", "no such folder", undefined, { cause }));
    expect(error.code).toBe("model");
    expect(error.cause).toMatchObject({ message: "ENOENT", stack: cause.stack! });
  });
});
