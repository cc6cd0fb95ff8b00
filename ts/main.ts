#!/usr/bin/env bun
import { AsrError, exitCodes } from "./errors.ts";
import { prepare, toStderr } from "./setup/setup.ts";
import { processTerminal } from "./terminal.ts";

/** Each command sets up what it needs first; the modules load only then, for a quick start. */
const commands: Record<string, (argv: string[]) => Promise<number>> = {
  async transcribe(argv) {
    const { transcribeCommand } = await import("./cli/transcribe.ts");
    if (!asksForHelp(argv)) await prepare();
    return await transcribeCommand(argv, processTerminal);
  },
  async mic(argv) {
    const { micCommand } = await import("./cli/mic.ts");
    const lists = argv.includes("--list-devices");
    if (!lists && !asksForHelp(argv)) await prepare();
    return await micCommand(argv, processTerminal);
  },
  async inspect(argv) {
    const { inspectCommand } = await import("./inspect.ts");
    if (!asksForHelp(argv)) await prepare();
    return await inspectCommand(argv, processTerminal);
  },
  async wer(argv) {
    const { werCommand } = await import("./wer/command.ts");
    const transcribes = !argv.some((flag) => flag.startsWith("--hypotheses"));
    if (transcribes && !asksForHelp(argv)) await prepare();
    return await werCommand(argv, processTerminal);
  },
  async convert(argv) {
    const { convertCommand } = await import("./convert/command.ts");
    if (!asksForHelp(argv)) await prepare();
    return await convertCommand(argv, processTerminal);
  },
  async models(argv) {
    const { modelsCommand } = await import("./hub/command.ts");
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
    return await (await import("./setup/checks.ts")).test(argv);
  },
  async check() {
    return await (await import("./setup/checks.ts")).check();
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
  process.exitCode = await run(argv);
} catch (error) {
  if (!(error instanceof AsrError)) throw error;
  toStderr(`error: ${error.oneLine}`);
  process.exitCode = exitCodes[error.code];
}
