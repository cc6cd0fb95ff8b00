import { devices, microphone } from "../../audio/microphone.ts";
import { type System, thisSystem } from "../../audio/recorders.ts";
import { AsrError } from "../../contract/errors.ts";
import { readArguments } from "../flags/arguments.ts";
import { exitStatusOf } from "../flags/command-line.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Load, loadAsr, transcribeAll } from "./transcribe.ts";

export const micUsage = `usage: bun run mic [options]

Writes what is said into a microphone while it is said, until an interrupt (Ctrl-C) ends the
recording: settled text to standard output, the rest of the line, which may still change, to
standard error.

      --device ID          one of --list-devices (default: the system's microphone)
      --list-devices       the microphones, each with its ID, and nothing else

and the options of transcribe, but for those about its inputs: see bun run transcribe --help.
`;

/** The command `mic`: returns the exit status. */
export async function micCommand(
  argv: readonly string[],
  terminal: Terminal,
  load: Load = loadAsr,
  system: System = thisSystem(),
): Promise<number> {
  return await exitStatusOf(terminal, async () => {
    const { device, list, rest } = ownFlags(argv);
    if (list) return await listDevices(terminal, system);
    const given = readArguments([...rest, "--stream"], true);
    if (given === "help") {
      terminal.out(micUsage);
      return 0;
    }
    if (given.names.length > 0 || given.inputOptions.filesFrom !== undefined || given.pcm) {
      const hint = "use bun run transcribe for recordings";
      throw new AsrError("usage", "mic takes no other input than the microphone", hint);
    }
    const stop = new AbortController();
    const input = microphone({ device, signal: stop.signal }, system);
    const source = { input, stop: () => stop.abort() };
    return await transcribeAll({ ...given, microphone: source }, terminal, load);
  });
}

async function listDevices(terminal: Terminal, system: System): Promise<number> {
  for (const { id, name } of await devices(system)) terminal.out(`${id}\t${name}\n`);
  return 0;
}

/** Takes out the flags that `transcribe` does not have. */
function ownFlags(argv: readonly string[]): {
  device: string | undefined;
  list: boolean;
  rest: string[];
} {
  const rest: string[] = [];
  let device: string | undefined;
  let list = false;
  for (let index = 0; index < argv.length; index++) {
    const [name, value] = argv[index]!.split(/=(.*)/s);
    if (name === "--list-devices") list = true;
    else if (name === "--device") device = value ?? argv[++index] ?? "";
    else rest.push(argv[index]!);
  }
  if (device === "") throw new AsrError("usage", "--device: needs an ID", "see --list-devices");
  return { device, list, rest };
}
