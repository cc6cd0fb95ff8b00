import { expect, spyOn, test } from "bun:test";
import { Interrupt } from "./interrupt.ts";

test("the first signal asks to end, the second one ends", () => {
  const exit = spyOn(process, "exit").mockImplementation(() => undefined as never);
  try {
    using interrupt = new Interrupt();
    expect([interrupt.status, interrupt.signal.aborted]).toEqual([undefined, false]);
    process.emit("SIGTERM", "SIGTERM");
    expect([interrupt.status, interrupt.signal.aborted]).toEqual([143, true]);
    expect(exit).not.toHaveBeenCalled();
    process.emit("SIGINT", "SIGINT");
    expect(exit).toHaveBeenCalledWith(130);
  } finally {
    exit.mockRestore();
  }
});

test("the first signal can mean that there is no more to come", () => {
  let stopped = 0;
  using interrupt = new Interrupt(() => stopped++);
  process.emit("SIGINT", "SIGINT");
  expect([stopped, interrupt.status, interrupt.signal.aborted]).toEqual([1, undefined, false]);
  process.emit("SIGINT", "SIGINT");
  expect([stopped, interrupt.status, interrupt.signal.aborted]).toEqual([1, 130, true]);
});

test("afterwards signals are again what they were", () => {
  const before = process.listenerCount("SIGINT");
  {
    using _ = new Interrupt();
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
  }
  expect(process.listenerCount("SIGINT")).toBe(before);
});
