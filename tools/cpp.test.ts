import { expect, test } from "bun:test";
import { accelerateTest, compiled, graphTest, kernelsTest } from "./cpp.ts";

const programs = [
  { name: "the CPU kernels of every table agree with plain loops", program: kernelsTest },
  { name: "what is done to MLX's graph leaves its values alone", program: graphTest },
  { name: "vDSP and vForce do what Apple documents", program: accelerateTest },
];

// On Apple the kernels are MLX's own, and Accelerate is Apple's.
test.skipIf(process.platform === "darwin").each(programs)(
  "$name",
  async ({ program }) => {
    const child = Bun.spawn([await compiled(program)], { stdout: "pipe" });
    const output = await child.stdout.text();
    expect(output).not.toContain("FAIL");
    expect(output).toMatch(/(^|\n)[1-9]\d* passed, 0 failed\n$/);
    expect(await child.exited).toBe(0);
  },
  600_000,
);
