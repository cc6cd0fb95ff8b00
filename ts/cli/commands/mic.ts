import { devices, microphone } from "../../audio/microphone/microphone.ts";
import { type System, thisSystem } from "../../audio/microphone/recorders.ts";
import { AsrError } from "../../contract/errors.ts";
import { program } from "../../native/program.ts";
import type { Recognizer } from "../files/run.ts";
import { argumentsOf } from "../flags/arguments.ts";
import type { FlagTable } from "../flags/flags.ts";
import { transcribeFlags } from "../flags/transcribe-flags.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { command, type Need } from "./command.ts";
import type { Load } from "./opening.ts";
import { loadAsr, transcribeAll, type Work, workOf } from "./transcribe.ts";

const { Input: aboutFiles, ...common } = transcribeFlags;

const own = {
  Microphone: {
    device: {
      value: "ID",
      help: "one of --list-devices (default: the system's microphone)",
    },
    "list-devices": { help: "the microphones, each with its ID, and nothing else" },
  },
} as const;

const flags = { ...own, ...common, Input: aboutFiles } as const;

/** What makes no difference where there is one input that comes as it is heard. */
const idle: readonly string[] = ["stream", "skip-existing", "fail-fast", "worker"];

/** The flags with a meaning here. */
const shown: FlagTable = Object.fromEntries(
  Object.entries({ ...own, ...common }).map(([heading, group]) => [
    heading,
    Object.fromEntries(Object.entries(group).filter(([name]) => !idle.includes(name))),
  ]),
);

type InputFlag = keyof typeof aboutFiles;

/** What `mic` is to do. */
type Asked = { list: true } | { list: false; device: string | undefined; work: Work };

/** The command `mic`, with a library and a system or what stands in for them. */
export const micWith = (load: Load<Recognizer>, system: System) =>
  command({
    name: "mic",
    summary: "Writes what is said into a microphone.",
    synopsis: "",
    takesNames: true,
    description: `\
Writes what is said into a microphone while it is said, until an interrupt (Ctrl-C) ends the
recording: settled text to standard output, the rest of the line, which may still change, to
standard error.`,
    flags,
    shown,
    closing: `\
exit status: 0 done, 1 the recording failed or text was lost, 2 usage, 3 model, 4 native library or
platform, 70 a fault of bun-asr itself, 130 ended by a second interrupt`,
    read(line): Asked {
      if (line.flags.has("list-devices")) return { list: true };
      const device = line.flags.text("device");
      if (device === "") throw new AsrError("usage", "--device: needs an ID", "see --list-devices");
      const settings = argumentsOf({ ...line, flags: line.flags.of(transcribeFlags) }, true);
      const stray = Object.keys(aboutFiles).find((name) => line.flags.has(name as InputFlag));
      if (stray !== undefined || settings.names.length > 0) {
        const what = stray === undefined ? "no other input than the microphone" : `no --${stray}`;
        throw new AsrError(
          "usage",
          `mic takes ${what}`,
          `use ${program} transcribe for recordings`,
        );
      }
      const input = { path: "microphone", relative: "microphone" };
      return { list: false, device, work: workOf(settings, [input]) };
    },
    needs({ list }) {
      const recorder: readonly Need[] = system.platform === "darwin" ? ["ffmpeg"] : [];
      return list ? recorder : ["library", ...recorder];
    },
    async run(given, terminal) {
      if (given.list) return await listDevices(terminal, system);
      const { device, work } = given;
      const stop = new AbortController();
      const input = microphone({ device, signal: stop.signal }, system);
      const source = { input, stop: () => stop.abort() };
      const withSource = { ...work, given: { ...work.given, microphone: source } };
      return await transcribeAll(withSource, terminal, load);
    },
  });

export const micCommand = micWith(loadAsr, thisSystem());

async function listDevices(terminal: Terminal, system: System): Promise<number> {
  for (const { id, name } of await devices(system)) terminal.out(`${id}\t${name}\n`);
  return 0;
}
