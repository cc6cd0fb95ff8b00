import type { Artefacts, Package } from "./artefacts.ts";

/** What a version has to fit together with. */
export interface Release {
  /** That of package.json, and its name. */
  name: string;
  version: string;
  /** The platforms that there are packages for. */
  platforms: readonly string[];
  artefacts: Artefacts;
  /** CHANGELOG.md. */
  changelog: string;
  /** SECURITY.md. */
  security: string;
  git: {
    /** Whether nothing is changed that is not committed. */
    isClean: boolean;
    /** Tags of the commit that is checked out. */
    tags: readonly string[];
  };
  /** What the artefacts' hashes were where they were made, as `sha256sum` writes them. */
  sums?: string | undefined;
}

/** Registries take more, people with slow networks do not. */
const maxBytes = 60_000_000;

/** Pages without which no package goes out. */
const pages = ["LICENSE", "NOTICE"];

/** What is not right yet, a sentence each. */
export function problemsOf(release: Release): string[] {
  return [
    ...problemsOfPages(release),
    ...problemsOfGit(release),
    ...problemsOfSet(release),
    ...release.artefacts.packages.flatMap((each) => problemsOfPackage(each, release)),
    ...problemsOfSums(release),
  ];
}

function problemsOfPages({ version, changelog, security }: Release): string[] {
  const [, newest, date = ""] = /^## (\S+)(.*)$/m.exec(changelog) ?? [];
  return [
    ...when(newest !== version, `CHANGELOG.md begins with ${newest ?? "no version"}`),
    ...when(!/^ \(\d{4}-\d\d-\d\d\)$/.test(date), `CHANGELOG.md has no date for ${newest}`),
    ...when(
      security.includes("[owner:"),
      "SECURITY.md has a placeholder where a private address belongs",
    ),
  ];
}

function problemsOfGit({ version, git: { isClean, tags } }: Release): string[] {
  return [
    ...when(!isClean, "the working tree has changes that are not committed"),
    ...when(!tags.includes(`v${version}`), `this commit has no tag v${version}`),
  ];
}

/** The main package and one for each platform, all of one version, and nothing else. */
function problemsOfSet({ name, version, platforms, artefacts: { packages } }: Release): string[] {
  const wanted = [...platforms.map((platform) => `${name}-${platform}`), name];
  const names = packages.map(({ manifest }) => manifest.name);
  const main = packages.find(({ manifest }) => manifest.name === name);
  const lockStep = Object.fromEntries(
    platforms.map((platform) => [`${name}-${platform}`, version]),
  );
  return [
    ...wanted
      .filter((each) => !names.includes(each))
      .map((each) => `the package ${each} is missing: it is made on its platform`),
    ...names
      .filter((each, index) => !wanted.includes(each) || names.indexOf(each) !== index)
      .map((each) => `there is a package ${each} too many`),
    ...when(
      main !== undefined && !Bun.deepEquals(main.manifest.optionalDependencies, lockStep),
      `${name} does not ask for its platforms' packages in version ${version}`,
    ),
  ];
}

function problemsOfPackage({ name: file, bytes, manifest, files }: Package, release: Release) {
  const { name, version, platforms } = release;
  const platform = platforms.find((each) => manifest.name === `${name}-${each}`);
  const [os, cpu] = platform?.split("-") ?? [];
  const installs = ["preinstall", "install", "postinstall"].filter(
    (script) => manifest.scripts?.[script] !== undefined,
  );
  return [
    ...when(manifest.version !== version, `is of version ${manifest.version}, not ${version}`),
    ...when(file !== `${manifest.name}-${version}.tgz`, "is not named by its name and version"),
    ...when(manifest.private === true, "is private"),
    ...when(
      manifest.repository === undefined,
      "names no repository, which provenance needs: set it in package.json",
    ),
    ...when(
      platform !== undefined && !Bun.deepEquals([manifest.os, manifest.cpu], [[os], [cpu]]),
      `is not for ${os} ${cpu} alone`,
    ),
    ...when(Object.keys(manifest.dependencies ?? {}).length > 0, "has dependencies"),
    ...when(installs.length > 0, `runs ${installs.join(", ")} where it is installed`),
    ...when(bytes > maxBytes, `has more than ${maxBytes / 1e6} MB`),
    ...pages.filter((page) => !files.includes(page)).map((page) => `has no ${page}`),
    ...when(
      platform !== undefined && !files.some((path) => path.startsWith("licenses/")),
      "has no licences of others",
    ),
  ].map((problem) => `${file} ${problem}`);
}

function problemsOfSums({ sums, artefacts: { packages, others } }: Release): string[] {
  if (sums === undefined) return [];
  const lines = sums.split("\n").map((line) => /^([0-9a-f]{64}) [ *](?:.*\/)?(.+)$/.exec(line));
  const made = new Map(lines.map((line) => [line?.[2], line?.[1]]));
  return [...packages, ...others].flatMap(({ name, sha256 }) => {
    if (!made.has(name)) return [`${name} is not among the hashes`];
    return when(made.get(name) !== sha256, `${name} has another hash than where it was made`);
  });
}

function when(isWrong: boolean, problem: string): string[] {
  return isWrong ? [problem] : [];
}
