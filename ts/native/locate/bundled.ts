// This folder: files that a bundler takes along with the modules, and where they are unpacked.

/** A file that is a part of a compiled program or of a bundle. */
export interface BundledFile {
  /** Where it can be read, which for a compiled program is no place on a disk. */
  path: string;
  bytes: number;
  sha256: string;
}

/** What a bundler takes along, each file by the name that others know it by. */
export interface Bundled {
  /** The engine's thread as one script, which needs no other module. */
  engine: string;
  demo: Readonly<Record<string, BundledFile>>;
  /** What runs the shards of an archive, in Python. */
  scale: Readonly<Record<string, BundledFile>>;
  /** The native library with what it loads; undefined where the platform's package was absent. */
  native: Readonly<Record<string, BundledFile>> | undefined;
}

/**
 * What a bundler takes along. Of a clone's modules that is nothing: the packages have another
 * module in this one's place, which imports each of the files.
 */
export function bundled(): Bundled | undefined {
  return undefined;
}
