import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageFile from "../../package.json";
import { command, helpFlag } from "../../ts/cli/commands/command.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { platforms } from "../../ts/native/locate.ts";
import { root } from "../folders.ts";
import { run as output } from "../pack/run.ts";
import { type Artefact, readArtefacts } from "./artefacts.ts";
import { commandsOf, publishAll } from "./order.ts";
import { problemsOf } from "./problems.ts";

const flags = {
  Options: {
    from: { value: "FOLDER", help: "where the packages of all platforms lie; default dist" },
    sums: { value: "FILE", help: "hashes of where they were made, as sha256sum writes them" },
    tag: { value: "NAME", help: "the registry's tag; default latest, or next for 1.0.0-x" },
    "for-real": { help: "publishes, where nothing is wrong" },
    help: helpFlag,
  },
} as const;

/** The command `publish`. */
export const publishCommand = command({
  name: "publish",
  summary: "Says what would be published and what is wrong with it, or publishes it.",
  synopsis: "",
  takesNames: false,
  description: `\
Shows the commands that publish the packages in a folder, with their hashes: those of platforms
first, so that the one that others import never asks for what is not there. It looks whether all
platforms are there in one version, CHANGELOG.md has it, the commit is clean and has its tag, and
each package has what it must. Nothing is sent anywhere without --for-real. npm proves where a
package comes from only in a workflow that may ask for an identity (id-token: write).`,
  flags,
  read: ({ flags: given }) => ({
    from: given.value("from") ?? join(root, "dist"),
    sums: given.value("sums"),
    tag: given.value("tag") ?? (packageFile.version.includes("-") ? "next" : "latest"),
    isForReal: given.has("for-real"),
  }),
  needs: () => [],
  async run({ from, sums, tag, isForReal }, terminal) {
    const { name, version } = packageFile;
    const artefacts = await readArtefacts(from);
    const problems = problemsOf({
      name,
      version,
      platforms,
      artefacts,
      changelog: page("CHANGELOG.md"),
      security: page("SECURITY.md"),
      git: await stateOfGit(),
      sums: sums === undefined ? undefined : await sumsIn(sums),
    });
    for (const artefact of [...artefacts.packages, ...artefacts.others])
      terminal.out(lineOf(artefact));
    const commands = commandsOf(artefacts.packages, name, tag);
    for (const each of commands) terminal.out(`${each.join(" ")}\n`);
    for (const problem of problems) terminal.note(`publish: ${problem}\n`);
    if (problems.length > 0) {
      terminal.note(`publish: ${problems.length} to mend first; nothing was published\n`);
      return 1;
    }
    if (!isForReal) {
      terminal.note("publish: nothing is wrong; nothing was published without --for-real\n");
      return 0;
    }
    await publishAll(commands);
    return 0;
  },
});

function page(name: string): string {
  return readFileSync(join(root, name), "utf8");
}

async function sumsIn(path: string): Promise<string> {
  const file = Bun.file(path);
  if (await file.exists()) return await file.text();
  throw new AsrError("usage", `--sums ${path}: no such file`);
}

async function stateOfGit(): Promise<{ isClean: boolean; tags: string[] }> {
  const changes = await output(["git", "status", "--porcelain"], root);
  const tags = await output(["git", "tag", "--points-at", "HEAD"], root);
  return { isClean: changes === "", tags: tags.split("\n").filter((tag) => tag !== "") };
}

function lineOf({ sha256, name }: Artefact): string {
  return `${sha256}  ${name}\n`;
}
