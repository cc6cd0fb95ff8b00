// This folder: says what would be published, in which order, and what is not right yet; where it
// is told to, it publishes.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";

/** What this needs to know of a package's package.json. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  repository?: unknown;
  os?: string[];
  cpu?: string[];
  scripts?: Readonly<Record<string, string>>;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
}

/** A file that was made to be given to others. */
export interface Artefact {
  path: string;
  /** The name of the file. */
  name: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** A package for a registry. */
export interface Package extends Artefact {
  manifest: Manifest;
  /** Its files, as seen from its folder. */
  files: readonly string[];
}

/** What lies in a folder that `pack` wrote into. */
export interface Artefacts {
  packages: readonly Package[];
  /** Programs, wheels: what goes elsewhere than to the registry. */
  others: readonly Artefact[];
}

/** Reads the artefacts in a folder, by name. Throws AsrError where one cannot be read. */
export async function readArtefacts(folder: string): Promise<Artefacts> {
  if (!existsSync(folder))
    throw new AsrError("usage", `${folder}: no such folder`, "run ./bunw run pack");
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const [packages, others]: [Package[], Artefact[]] = [[], []];
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, name);
    const content = await Bun.file(path).bytes();
    const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
    const artefact = { path, name, bytes: content.length, sha256 };
    if (name.endsWith(".tgz")) packages.push(await readPackage(artefact, content));
    else others.push(artefact);
  }
  return { packages, others };
}

const prefix = "package/";

async function readPackage(artefact: Artefact, content: Uint8Array<ArrayBuffer>): Promise<Package> {
  try {
    const entries = await new Bun.Archive(content).files();
    const manifest: Manifest = await entries.get(`${prefix}package.json`)!.json();
    const files = [...entries.keys()].map((path) => path.replace(prefix, ""));
    return { ...artefact, manifest, files };
  } catch (cause) {
    const hint = "make it again by ./bunw run pack";
    throw new AsrError("usage", `${artefact.path}: no package that can be read`, hint, { cause });
  }
}
