#!/usr/bin/env bun
import { processTerminal } from "../ts/cli/terminal/terminal.ts";
import { AsrError, exitCodes } from "../ts/contract/errors.ts";
import { prepare, toStderr } from "./setup.ts";

/** Each command sets up what it needs first; the modules load only then, for a quick start. */
const commands: Record<string, (argv: string[]) => Promise<number>> = {
  async transcribe(argv) {
    const { transcribeCommand } = await import("../ts/cli/commands/transcribe.ts");
    if (!asksForHelp(argv)) await prepare();
    return await transcribeCommand(argv, processTerminal);
  },
  async mic(argv) {
    const { micCommand } = await import("../ts/cli/commands/mic.ts");
    const lists = argv.includes("--list-devices");
    if (!lists && !asksForHelp(argv)) await prepare();
    return await micCommand(argv, processTerminal);
  },
  async inspect(argv) {
    const { inspectCommand } = await import("../ts/cli/commands/inspect.ts");
    if (!asksForHelp(argv)) await prepare();
    return await inspectCommand(argv, processTerminal);
  },
  async wer(argv) {
    const { werCommand } = await import("../ts/cli/commands/wer.ts");
    const transcribes = !argv.some((flag) => flag.startsWith("--hypotheses"));
    if (transcribes && !asksForHelp(argv)) await prepare();
    return await werCommand(argv, processTerminal);
  },
  async convert(argv) {
    const { convertCommand } = await import("../ts/cli/commands/convert.ts");
    if (!asksForHelp(argv)) await prepare();
    return await convertCommand(argv, processTerminal);
  },
  async models(argv) {
    const { modelsCommand } = await import("../ts/cli/commands/models.ts");
    return await modelsCommand(argv, processTerminal);
  },
  async setup() {
    await prepare();
    return 0;
  },
  async build() {
    await prepare();
    return 0;
  },
  async test(argv) {
    await prepare();
    return await (await import("./checks.ts")).test(argv);
  },
  async check() {
    return await (await import("./checks.ts")).check();
  },
  async verify() {
    await prepare();
    return await (await import("./verify.ts")).verify();
  },
  async bench(argv) {
    const { benchCommand } = await import("../bench/command.ts");
    if (!asksForHelp(argv)) await prepare();
    return await benchCommand(argv, processTerminal);
  },
};

/** What the commands do that have no options, and so no help of their own. */
const summaries: Readonly<Record<string, string>> = {
  setup: "Fetches the libraries that are needed and compiles the Swift core.",
  build: "Compiles the Swift core where its sources have changed.",
  test: "Runs the tests, all or those in the files that are named.",
  check: "Checks types, formatting and style.",
  verify: "Installs the official implementation (2 GB, once) and compares every stage with it.",
};

function asksForHelp(argv: string[]): boolean {
  return argv.includes("--help") || argv.includes("-h");
}

// Whoever reads our output may stop early, as in `| head`: then there is nothing left to do.
process.stdout.on("error", (error: Error) => {
  process.exit("code" in error && error.code === "EPIPE" ? 141 : 1);
});

// File names count from where the user stands, not from the root, where package scripts run.
const startedIn = process.env["INIT_CWD"];
if (startedIn !== undefined) process.chdir(startedIn);

const [name = "transcribe", ...argv] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
try {
  const run = command ?? ((rest: string[]) => commands["transcribe"]!([name, ...rest]));
  const summary = asksForHelp(argv) ? summaries[name] : undefined;
  if (summary === undefined) process.exitCode = await run(argv);
  else process.stdout.write(`usage: bun run ${name}\n\n${summary}\n`);
} catch (error) {
  if (!(error instanceof AsrError)) throw error;
  toStderr(`error: ${error.oneLine}`);
  process.exitCode = exitCodes[error.code];
}
