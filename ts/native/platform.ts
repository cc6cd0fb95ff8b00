import { nativeError, nativeLibrary } from "./symbols.ts";

/** What the library says about what computes; see `asr_platform` of its header. */
export interface PlatformInfo {
  /** The version of MLX. */
  mlx: string;
  /** What OpenBLAS says of itself, and the processor whose kernels it chose; absent on a Mac. */
  blas?: string;
  blasCore?: string;
  /** The kernel table in use; absent where `problem` says why nothing can compute. */
  kernels?: string;
  problem?: string;
  /** The tables that this machine can run, the best one first. */
  tables: readonly string[];
  /** Threads that compute, and cores that this process may keep busy; absent on Metal. */
  threads?: number;
  cores?: number;
}

/** Asks the library. Throws AsrError `native` where it cannot be loaded. */
export function platformInfo(): PlatformInfo {
  const library = nativeLibrary();
  const text = library.asr_platform();
  if (text === null) throw nativeError(library, "the description of the platform");
  return JSON.parse(text);
}
