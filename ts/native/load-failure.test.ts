import { expect, test } from "bun:test";
import { loadFailure } from "./load-failure.ts";

// As the loaders of glibc 2.36 and musl 1.2 say it, through Bun.
test.each([
  [
    "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.35' not found (required by /x/libBunASR.so)",
    "this system's glibc is too old, it takes 2.35",
    "use a system as new as Debian 12",
  ],
  [
    "/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /x/libmlx-1.so)",
    "this system's libstdc++ is too old, it takes the one with GLIBCXX_3.4.30",
    "use a system as new as Debian 12",
  ],
  [
    "Error loading shared library ld-linux-x86-64.so.2: No such file or directory (in /a.so)",
    "this system has musl in place of glibc",
    "oven/bun:debian",
  ],
  [
    "libstdc++.so.6: cannot open shared object file: No such file or directory",
    "libstdc++.so.6 is not installed",
    "install it (Debian: libstdc++6)",
  ],
  [
    "libmlx-7683c9bb.so: cannot open shared object file: No such file or directory",
    "libmlx-7683c9bb.so, which it loads, is missing",
    undefined,
  ],
  [
    'Failed to open library "/m/a.so": /m/a.so: failed to map segment from shared object',
    "nothing may be run from the disk on which it lies (noexec)",
    "copy its folder to another disk, and set BUN_ASR_LIBRARY",
  ],
  [
    'Symbol "asr_abi" not found in "/x/libm.so.6"',
    "it lacks asr_abi, so it is of another",
    undefined,
  ],
  ["dlopen is out of order", "dlopen is out of order", undefined],
])("%s", (message, why, hint) => {
  const failure = loadFailure(message);
  expect(failure.why).toStartWith(why);
  if (hint === undefined) expect(failure.hint).toBeUndefined();
  else expect(failure.hint).toContain(hint);
});
