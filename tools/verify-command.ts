import { runSuite } from "../reliability/suite.ts";
import { command, helpFlag } from "../ts/cli/commands/command.ts";
import { AsrError } from "../ts/contract/errors.ts";
import { verify } from "./verify.ts";
import { verifyAligner } from "./verify-aligner.ts";
import { verifyArm } from "./verify-arm.ts";
import { verifyGoldens } from "./verify-goldens.ts";
import { verifyPack } from "./verify-pack.ts";
import { verifyPage } from "./verify-page.ts";
import { verifyScale } from "./verify-scale/suite.ts";
import { verifyWords } from "./verify-words.ts";

const flags = {
  Options: {
    hard: { help: "attacks instead: hostile files, hubs and callers, see docs/reliability.md" },
    aligner: { help: "the forced aligner instead: words, repairs, published shapes" },
    page: { help: "the page of the server instead, in Chromium" },
    words: { help: "how Japanese and Korean are cut into words instead" },
    goldens: { help: "the goldens of the repository instead, in both precisions; seconds" },
    pack: { help: "the packages instead: installed, and used, in many ways" },
    arm: { help: "the CPU kernels for ARM instead, in an emulator" },
    scale: { help: "work on several machines instead, played on this one, see docs/scale.md" },
    seed: { value: "N", help: "what inputs are made from; default 1" },
    help: helpFlag,
  },
} as const;

const defaultSeed = 1;

interface Given {
  seed: number;
  /** Of checks of `--hard`. */
  numbers: number[];
  /** Of checks of `--scale`. */
  names: readonly string[];
}

/** What else can be verified, each by a flag of its name. */
const parts = {
  hard: runSuite,
  aligner: ({ seed }) => verifyAligner(seed),
  page: () => verifyPage(),
  words: ({ seed }) => verifyWords(seed),
  goldens: () => verifyGoldens(),
  pack: () => verifyPack(),
  arm: () => verifyArm(),
  scale: ({ names }) => verifyScale(names),
} satisfies Record<string, (given: Given) => Promise<number>>;

type Part = keyof typeof parts;

/** Those that have ffmpeg decode something. */
const decoding: readonly Part[] = ["hard", "page", "scale"];

const takingSeeds: readonly Part[] = ["hard", "aligner", "words"];

/** The command `verify`. */
export const verifyCommand = command({
  name: "verify",
  summary: "Compares every stage with the official implementation, or attacks the program.",
  synopsis:
    "[--hard [NUMBER…] | --scale [CHECK…] | --aligner | --page | --words | --goldens | --pack" +
    " | --arm]",
  takesNames: true,
  description: `\
Installs the official implementation (2 GB, once) and compares every stage with it.
With --hard: tries what is hostile, in an hour or more; NUMBERs are those of checks. The same seed
makes the same inputs. Those that failed are kept in .cache/reliability/failures. When all checks
have run with a seed, their results go into docs/reliability.md.
With --aligner: compares the words of 40,000 sentences and 20,000 repairs with the official ones,
then every slot at the published shapes.
With --page: opens the page of the server in Chromium (Debian: apt install chromium; else
$CHROMIUM), whose microphone plays a file, and uses it as people do. It takes two minutes.
With --words: has 25,000 sentences of each of both languages cut by the official implementation.
With --goldens: tells how far each stage is from the official one for small random weights, as they
lie in models/goldens, in full and auto; nothing is installed.
With --pack: packs twice, and uses the packages as package managers lay them out: by name, in
monorepos, two versions in one process, where nothing can be written, on older processors, in an
emulator (Debian: apt install qemu-user-static), and in a Debian 12 without anything else, which
is fetched (Debian: apt install debootstrap; as root). It takes ten minutes.
With --arm: compiles the CPU kernels for ARM and runs their tests with its tables, in an emulator
(Debian: apt install qemu-user-static libstdc++-12-dev-arm64-cross binutils-aarch64-linux-gnu).
With --scale: installs Ray (240 MB, once) and works through archives on three nodes of loopback,
which are killed meanwhile; then has HAProxy (Debian: apt install haproxy; else $HAPROXY) stand
before three servers, which end in all ways. CHECKs are names as in docs/scale.md: B1, S1.`,
  flags,
  read({ flags: given, names }) {
    const named = Object.keys(parts).filter((name) => given.has(name as Part));
    if (named.length > 1) {
      const flagged = named.map((name) => `--${name}`).join(" and ");
      throw new AsrError("usage", `${flagged}: give one of them`);
    }
    const part = named[0] as Part | undefined;
    const numbers = part === "scale" ? [] : names.map(Number);
    const seed = Number(given.value("seed") ?? defaultSeed);
    const wrong = numbers.findIndex((number) => !Number.isInteger(number));
    if (wrong >= 0)
      throw new AsrError("usage", `verify ${names[wrong]}: not the number of a check`);
    if (!Number.isInteger(seed)) throw new AsrError("usage", "--seed: give a whole number");
    if (part !== "hard" && part !== "scale" && names.length > 0) {
      throw new AsrError("usage", "numbers are for verify --hard");
    }
    if (!(part && takingSeeds.includes(part)) && given.has("seed")) {
      throw new AsrError("usage", "--seed is for verify --hard, --aligner and --words");
    }
    return { part, seed, numbers, names };
  },
  needs: ({ part }) =>
    part !== undefined && decoding.includes(part) ? ["library", "ffmpeg"] : ["library"],
  run: async ({ part, ...options }) =>
    part === undefined ? await verify() : await parts[part](options),
});
