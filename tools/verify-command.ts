import { runSuite } from "../reliability/suite.ts";
import { command, helpFlag } from "../ts/cli/commands/command.ts";
import { AsrError } from "../ts/contract/errors.ts";
import { verify } from "./verify.ts";
import { verifyAligner } from "./verify-aligner.ts";
import { verifyPage } from "./verify-page.ts";
import { verifyWords } from "./verify-words.ts";

const flags = {
  Options: {
    hard: { help: "attacks instead: hostile files, hubs and callers, see docs/reliability.md" },
    aligner: { help: "the forced aligner instead: words, repairs, published shapes" },
    page: { help: "the page of the server instead, in Chromium" },
    words: { help: "how Japanese and Korean are cut into words instead" },
    seed: { value: "N", help: "what inputs are made from, but those of --page; default 1" },
    help: helpFlag,
  },
} as const;

const defaultSeed = 1;

/** The command `verify`. */
export const verifyCommand = command({
  name: "verify",
  summary: "Compares every stage with the official implementation, or attacks the program.",
  synopsis: "[--hard [NUMBER…] | --aligner | --page | --words]",
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
With --words: has 25,000 sentences of each of both languages cut by the official implementation.`,
  flags,
  read({ flags: given, names }) {
    const isHard = given.has("hard");
    const isAligner = given.has("aligner");
    const isPage = given.has("page");
    const isWords = given.has("words");
    const parts = (["hard", "aligner", "page", "words"] as const).filter((name) => given.has(name));
    if (parts.length > 1) {
      const named = parts.map((name) => `--${name}`).join(" and ");
      throw new AsrError("usage", `${named}: give one of them`);
    }
    const numbers = names.map(Number);
    const seed = Number(given.value("seed") ?? defaultSeed);
    const wrong = numbers.findIndex((number) => !Number.isInteger(number));
    if (wrong >= 0)
      throw new AsrError("usage", `verify ${names[wrong]}: not the number of a check`);
    if (!Number.isInteger(seed)) throw new AsrError("usage", "--seed: give a whole number");
    if (!isHard && names.length > 0) {
      throw new AsrError("usage", "numbers are for verify --hard");
    }
    if (!isHard && !isAligner && !isWords && given.has("seed")) {
      throw new AsrError("usage", "--seed is for verify --hard, --aligner and --words");
    }
    return { isHard, isAligner, isPage, isWords, seed, numbers };
  },
  needs: ({ isHard, isPage }) => (isHard || isPage ? ["library", "ffmpeg"] : ["library"]),
  run: async ({ isHard, isAligner, isPage, isWords, ...options }) => {
    if (isPage) return await verifyPage();
    if (isAligner) return await verifyAligner(options.seed);
    if (isWords) return await verifyWords(options.seed);
    return await (isHard ? runSuite(options) : verify());
  },
});
