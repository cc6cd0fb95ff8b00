// This folder: checks to test the suite with.

import type { ScaleCheck } from "../check.ts";

export const check: ScaleCheck = {
  name: "B2",
  title: "is as it has to be",
  run: async () => {
    return { passed: true, figures: "200 rows" };
  },
};
