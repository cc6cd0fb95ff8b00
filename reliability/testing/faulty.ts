// This folder: what tests of the suite share.

import type { Check, Trials } from "../check.ts";

/** A check whose inputs fail in every way. */
export const check: Check = {
  number: 0,
  title: "faulty",
  tries: "nothing",
  inputs: 12,
  inputsOfTest: 0,
  hangMs: 1500,
};

export function open(): Trials<number> {
  let tried = 0;
  return {
    input: (_, index) => index,
    judge(index) {
      tried++;
      if (index === 2) return "two";
      if (index === 4) process.kill(process.pid, "SIGABRT");
      if (index === 4) return Bun.sleep(10_000).then(() => undefined);
      if (index === 6) throw new Error("six");
      for (const end = performance.now() + 10_000; index === 8 && performance.now() < end; );
      return undefined;
    },
    figures: () => [`${tried} since the last crash`],
  };
}
