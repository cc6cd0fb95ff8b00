import type { ScaleCheck } from "../check.ts";

export const check: ScaleCheck = {
  name: "B10",
  title: "breaks off",
  run: async () => {
    throw new Error("nobody answers");
  },
};
