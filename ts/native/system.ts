import { readFileSync } from "node:fs";
import packageFile from "../../package.json";
import { AsrError } from "../contract/errors.ts";
import { muslHint } from "./load-failure.ts";
import { isClone, platforms } from "./locate.ts";

/** The system under this process, as far as the native library depends on it. */
export interface System {
  /** The version of Bun. */
  bun: string;
  platform: string;
  arch: string;
  libc: Libc | undefined;
}

/** The C library of a Linux, with the version of glibc. */
export interface Libc {
  name: "glibc" | "musl";
  version?: string;
}

/** This process's. */
export function thisSystem(): System {
  return { bun: Bun.version, platform: process.platform, arch: process.arch, libc: libcOf() };
}

/** Throws AsrError `native` where this Bun is older than the package says. */
export function checkBun(bun: string = Bun.version): void {
  const wanted = packageFile.engines.bun;
  // A version that is being made counts as the one that it becomes.
  if (Bun.semver.satisfies(bun.replace(/[-+].*/, ""), wanted)) return;
  const message = `this is Bun ${bun}, and ${packageFile.name} needs ${wanted.slice(2)} or later`;
  throw new AsrError("native", message, "run bun upgrade, or see https://bun.sh");
}

/**
 * Throws AsrError `native` where no library can be had for this system. One that somebody built
 * for it may be there: `own` says that a library is named, or can be built.
 */
export function checkSystem(
  { bun, platform, arch, libc }: System = thisSystem(),
  own: boolean = isClone || Boolean(process.env["BUN_ASR_LIBRARY"]),
): void {
  checkBun(bun);
  if (own) return;
  if (!platforms.some((name) => name === `${platform}-${arch}`)) {
    const hint = "there is one for Linux on x64 and arm64, and for macOS on Apple silicon";
    throw new AsrError("native", `no library is made for ${platform} on ${arch}`, hint);
  }
  if (libc?.name !== "musl") return;
  throw new AsrError("native", "this system has musl, and the library needs glibc", muslHint);
}

/**
 * The C library that this process runs on; undefined where there is no such choice. The loader of
 * musl is a part of it, and so in the list of what is mapped.
 */
export function libcOf(maps: string = ownMaps()): Libc | undefined {
  if (process.platform !== "linux") return undefined;
  if (/\/(?:(?:ld-|libc\.)musl-.*|libc\.so)$/m.test(maps)) return { name: "musl" };
  const version = reportedGlibc();
  return version === undefined ? { name: "glibc" } : { name: "glibc", version };
}

function ownMaps(): string {
  try {
    return readFileSync("/proc/self/maps", "utf8");
  } catch {
    // Without /proc it is taken for the usual one.
    return "";
  }
}

function reportedGlibc(): string | undefined {
  const report: unknown = process.report?.getReport();
  const version: unknown = JSON.parse(JSON.stringify(report ?? {})).header?.glibcVersionRuntime;
  return typeof version === "string" ? version : undefined;
}
