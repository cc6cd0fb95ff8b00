// This folder: what `bun-asr doctor` finds out about a machine, and how it says it.

import type { AsrErrorCode } from "../contract/errors.ts";

/** Something that does not work, with the way out. */
export interface Problem {
  /** As of the error that it would be: the exit status comes from it. */
  code: AsrErrorCode;
  message: string;
  hint?: string;
}

/** A folder that is written to. */
export interface Place {
  path: string;
  writable: boolean;
  /** Bytes that are left on its disk; null where the system does not tell. */
  freeBytes: number | null;
}

/** The kernel table that computes. */
export interface Kernels {
  table: string;
  /** Why this one. */
  why: string;
  /** Those that this machine can run, the best one first. */
  available: readonly string[];
}

/** What the demo model makes of its sample. */
export interface SelfTest {
  ok: boolean;
  text: string;
  expected: string;
  /** To open the model, and to transcribe. */
  loadSeconds: number;
  seconds: number;
  audioSeconds: number;
}

/**
 * All that is found out. The names and types here are `bun-asr doctor --json`, and stay: later
 * versions may add some. What is not known is null.
 */
export interface Report {
  ok: boolean;
  versions: {
    bunAsr: string;
    bun: string;
    mlx: string | null;
    openBlas: string | null;
    ffmpeg: string | null;
  };
  platform: {
    os: string;
    arch: string;
    /** As in "6.1.0". */
    kernel: string;
    /** As in "glibc 2.36"; null but on Linux. */
    libc: string | null;
  };
  cpu: {
    model: string | null;
    /** Instructions that matter here. */
    features: readonly string[];
    /** Cores of the machine, those that this process may keep busy, and threads that compute. */
    cores: number;
    allowedCores: number | null;
    threads: number | null;
    /** The processor whose kernels OpenBLAS chose. */
    openBlasCore: string | null;
  };
  kernels: Kernels | null;
  memory: {
    totalBytes: number;
    availableBytes: number;
    /** What a container allows; null where it is all. */
    limitBytes: number | null;
  };
  places: {
    /** The native library, and where it comes from. */
    library: { path: string; source: "variable" | "program" | "package" | "build" } | null;
    ffmpeg: string | null;
    /** Of models. */
    cache: Place;
    temporary: Place;
  };
  /** Models in the cache. */
  models: readonly { id: string; commit: string; bytes: number; complete: boolean }[];
  selfTest: SelfTest | null;
  /** What works, and could be better. */
  notes: readonly string[];
  problems: readonly Problem[];
}
