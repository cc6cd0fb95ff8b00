import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { command, helpFlag } from "../../ts/cli/commands/command.ts";
import { root } from "../folders.ts";
import { modulesName } from "./manifests.ts";
import { makePackages, type Packed, type PackedFile } from "./packages.ts";
import { makePrograms } from "./programs.ts";

const flags = {
  Options: {
    binary: { help: "instead: the program as one file that needs nothing else" },
    wheel: { help: "instead, or as well: that program in a Python wheel" },
    out: { value: "FOLDER", help: "where to put them; default dist" },
    help: helpFlag,
  },
} as const;

/** The command `pack`. */
export const packCommand = command({
  name: "pack",
  summary: "Makes the packages that others install.",
  synopsis: "[--binary] [--wheel]",
  takesNames: false,
  description: `\
Makes what others install: bun-asr with the modules, their types and the demo model, and the package
with the native library for this platform and all that it loads. Another platform's is made where
such a machine is. The same build gives the same bytes. It writes what takes what, packed and
unpacked. The program of --binary and --wheel carries Bun, too, for machines that have none.`,
  flags,
  read: ({ flags: given }) => ({
    into: given.value("out") ?? join(root, "dist"),
    forms: { binary: given.has("binary"), wheel: given.has("wheel") },
  }),
  needs: () => ["library"],
  async run({ into, forms }, terminal) {
    if (forms.binary || forms.wheel) {
      for (const path of await makePrograms({ into }, forms))
        terminal.out(`${kilobytes(statSync(path).size)}  ${relative(process.cwd(), path)}\n`);
      return 0;
    }
    for (const packed of await makePackages({ into })) terminal.out(tableOf(packed));
    return 0;
  },
});

/** Below this a file is counted with those of its folder. */
const smallBytes = 100_000;

/** What takes what: a line for each large file, and one for what else is in a folder. */
function tableOf({ path, bytes, files }: Packed): string {
  const rows = Map.groupBy(files, (file) => {
    const [folder = "", ...below] = file.path.split("/");
    if (file.bytes >= smallBytes && folder !== modulesName) return file.path;
    return below.length > 0 ? `${folder}/…` : "…";
  });
  const sum = (group: readonly PackedFile[], of: "bytes" | "packedBytes") =>
    group.reduce((total, file) => total + file[of], 0);
  const lines = [...rows].map(([name, group]) =>
    lineOf(sum(group, "packedBytes"), sum(group, "bytes"), `  ${name}`),
  );
  return lineOf(bytes, sum(files, "bytes"), relative(process.cwd(), path)) + lines.join("");
}

function lineOf(packed: number, unpacked: number, name: string): string {
  return `${kilobytes(packed)} of ${kilobytes(unpacked)}  ${name}\n`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000)} kB`.padStart(9);
}
