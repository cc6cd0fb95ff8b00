// What the system's loader says when it refuses a library, in the words of who has to do something.

/** A failure to load, with what to do about it where that is known. */
export interface LoadFailure {
  why: string;
  hint?: string;
}

/** Debian 12 and Ubuntu 22.04 are the first with these. */
const newEnough = "use a system as new as Debian 12 or Ubuntu 22.04";

/** Reads the message of `dlopen`, from which the path is left out. */
export function loadFailure(message: string): LoadFailure {
  const version = /version [`'](GLIBC|GLIBCXX|CXXABI)_([\d.]+)' not found/.exec(message);
  if (version !== null) {
    const [, part, number] = version;
    const library = part === "GLIBC" ? "glibc" : "libstdc++";
    const named = part === "GLIBC" ? number : `the one with ${part}_${number}`;
    return { why: `this system's ${library} is too old, it takes ${named}`, hint: newEnough };
  }
  // As musl's loader says it.
  if (/Error loading shared library ld-linux|Error relocating .*symbol not found/.test(message)) {
    return { why: "this system has musl in place of glibc", hint: muslHint };
  }
  const missing = /([\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(message)?.[1];
  if (missing?.startsWith("libstdc++")) {
    return { why: `${missing} is not installed`, hint: "install it (Debian: libstdc++6)" };
  }
  if (missing !== undefined) return { why: `${missing}, which it loads, is missing` };
  if (/failed to map segment|Operation not permitted/.test(message)) {
    const why = "nothing may be run from the disk on which it lies (noexec)";
    return { why, hint: "copy its folder to another disk, and set BUN_ASR_LIBRARY to it there" };
  }
  const symbol = /Symbol "(\w+)" not found/.exec(message)?.[1];
  if (symbol !== undefined) return { why: `it lacks ${symbol}, so it is of another version` };
  return { why: message };
}

/** What to do on Alpine. */
export const muslHint = "use a system with glibc, as the image oven/bun:debian has";
