import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import packageFile from "../../package.json";
import { AsrError } from "../../ts/contract/errors.ts";
import { type ArchivedFile, zip } from "./archive.ts";
import { neededGlibc } from "./glibc.ts";
import { licensesIn } from "./licenses.ts";

/** What goes into a Python wheel. */
export interface WheelParts {
  /** The program that `compileBinary` makes. */
  binary: string;
  /** The folder of the platform's package, whose libraries the program carries. */
  platform: string;
  version: string;
}

/**
 * Writes a Python wheel into a folder and returns its path: pip puts the program where scripts are.
 * There is no Python code in it. The same program gives the same bytes.
 */
export async function makeWheel(
  folder: string,
  { binary, platform, version }: WheelParts,
): Promise<string> {
  if (!/^\d+(?:\.\d+)*$/.test(version))
    throw new AsrError(
      "usage",
      `version ${version}: Python takes numbers and points for a release`,
    );
  const tag = `py3-none-${await platformTag(binary, platform)}`;
  const name = `${packageFile.name.replaceAll("-", "_")}-${version}`;
  const info = `${name}.dist-info`;
  const files: ArchivedFile[] = [
    {
      path: `${name}.data/scripts/${packageFile.name}`,
      content: readFileSync(binary),
      isExecutable: true,
    },
    ...licensesIn(platform).map(({ name: file, content }) => {
      return { path: `${info}/licenses/${file}`, content };
    }),
    { path: `${info}/METADATA`, content: bytes(metadata(version)) },
    { path: `${info}/WHEEL`, content: bytes(wheelFile(tag)) },
  ];
  const record = `${info}/RECORD`;
  const rows = files.map(({ path, content }) => `${path},${hashOf(content)},${content.length}\n`);
  files.push({ path: record, content: bytes(`${rows.join("")}${record},,\n`) });
  const path = join(folder, `${name}-${tag}.whl`);
  await writeFile(path, zip(files));
  return path;
}

/** PEP 600: the glibc that is needed is a part of a wheel's name; for macOS its version is. */
async function platformTag(binary: string, platform: string): Promise<string> {
  if (process.platform === "darwin") return "macosx_15_0_arm64";
  const libraries = readdirSync(platform).filter((name) => /\.so(?:\.|$)/.test(name));
  const paths = [binary, ...libraries.map((name) => join(platform, name))];
  const glibc = await neededGlibc(paths);
  const machine = process.arch === "x64" ? "x86_64" : "aarch64";
  return `manylinux_${glibc.replace(".", "_")}_${machine}`;
}

function metadata(version: string): string {
  return `Metadata-Version: 2.1
Name: ${packageFile.name}
Version: ${version}
Summary: ${packageFile.description}
License: Apache-2.0
Requires-Python: >=3.8
`;
}

function wheelFile(tag: string): string {
  return `Wheel-Version: 1.0
Generator: ${packageFile.name}
Root-Is-Purelib: false
Tag: ${tag}
`;
}

function hashOf(content: Uint8Array): string {
  const digest = new Bun.CryptoHasher("sha256").update(content).digest();
  return `sha256=${digest.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
