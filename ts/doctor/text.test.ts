import { expect, test } from "bun:test";
import type { Report } from "./report.ts";
import { reportText } from "./text.ts";

const broken: Report = {
  ok: false,
  versions: { bunAsr: "0.2.0", bun: "1.4.4", mlx: null, openBlas: null, ffmpeg: null },
  platform: { os: "linux", arch: "x64", kernel: "6.1.0", libc: "glibc 2.31" },
  cpu: {
    model: null,
    features: ["sse4_2"],
    cores: 4,
    allowedCores: null,
    threads: null,
    openBlasCore: null,
  },
  kernels: null,
  memory: { totalBytes: 8e9, availableBytes: 1e9, limitBytes: 2e9 },
  places: {
    library: null,
    ffmpeg: null,
    cache: { path: "/cache", writable: false, freeBytes: null },
    temporary: { path: "/tmp", writable: true, freeBytes: 5e8 },
  },
  models: [{ id: "a/b", commit: "0".repeat(40), bytes: 1, complete: true }],
  selfTest: null,
  notes: ["slow"],
  problems: [
    { code: "native", message: "lib.so: cannot\nbe loaded", hint: "install it" },
    { code: "model", message: "/cache: cannot be written" },
  ],
};

test("what is not known is left out, and each problem is one line with its way out", () => {
  expect(reportText(broken)).toBe(`\
bun-asr    0.2.0 on Bun 1.4.4
system     linux x64, kernel 6.1.0, glibc 2.31
processor  unknown: 4 cores
features   sse4_2
memory     8.00 GB, 2.00 GB allowed, 1.00 GB free
models     /cache, cannot be written, 1 model
temporary  /tmp, 500 MB free
note: slow
problem: lib.so: cannot be loaded; install it
problem: /cache: cannot be written
`);
});
