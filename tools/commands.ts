import { command, helpFlag, type Need } from "../ts/cli/commands/command.ts";
import type { Commands } from "../ts/cli/commands/index.ts";
import { fetchFfmpeg } from "./ffmpeg.ts";
import { prepareLibrary, toStderr } from "./setup.ts";

const flags = { Options: { help: helpFlag } } as const;

interface Tool {
  summary: string;
  /** More than its summary, where there is more to say. */
  description?: string;
  /** What the names after it are called in its usage, where it takes any. */
  names?: string;
  needs?: readonly Need[];
  run(names: readonly string[]): Promise<number>;
}

/** A command that has no options, and so needs little to say. */
function tool(name: string, { summary, needs = ["library"], ...rest }: Tool): Commands[string] {
  const made = command({
    name,
    summary,
    synopsis: rest.names ?? "",
    takesNames: rest.names !== undefined,
    description: rest.description ?? summary,
    flags,
    read: ({ names }) => names,
    needs: () => needs,
    run: (names) => rest.run(names),
  });
  return async () => made;
}

/** The commands of a clone, for those who work on the program itself. */
export const cloneCommands: Commands = {
  setup: tool("setup", {
    summary: "Fetches the libraries that are needed and compiles the Swift core.",
    needs: [],
    async run() {
      await prepareLibrary();
      await fetchFfmpeg(toStderr, { asked: true });
      return 0;
    },
  }),
  build: tool("build", {
    summary: "Compiles the Swift core where its sources have changed.",
    needs: [],
    async run() {
      await prepareLibrary();
      return 0;
    },
  }),
  test: tool("test", {
    summary: "Runs the tests, all or those in the files that are named.",
    description: `\
Runs the tests, all or those in the files that are named. What stands after -- is for bun test, as
in: test -- ts/audio --bail`,
    names: "[FILE…]",
    needs: ["library", "ffmpeg"],
    run: async (names) => await (await import("./checks.ts")).test(names),
  }),
  check: tool("check", {
    summary: "Checks types, formatting and style.",
    needs: [],
    run: async () => await (await import("./checks.ts")).check(),
  }),
  pack: async () => (await import("./pack/command.ts")).packCommand,
  publish: async () => (await import("./publish/command.ts")).publishCommand,
  verify: async () => (await import("./verify-command.ts")).verifyCommand,
  bench: async () => (await import("../bench/command.ts")).benchCommand,
};
