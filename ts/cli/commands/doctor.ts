import type { AsrErrorCode } from "../../contract/errors.ts";
import { examine } from "../../doctor/examine.ts";
import type { Problem } from "../../doctor/report.ts";
import { reportText } from "../../doctor/text.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { command, helpFlag } from "./command.ts";

const flags = {
  Options: { json: { help: "the same as JSON" }, help: helpFlag },
} as const;

/** What the exit status tells of where several things do not work, the gravest first. */
const gravest: readonly AsrErrorCode[] = ["internal", "native", "model", "usage", "input"];

/** The exit status for what was found. */
export function statusOf(problems: readonly Problem[]): number {
  const code = gravest.find((one) => problems.some((problem) => problem.code === one));
  return code === undefined ? 0 : exitCodes[code];
}

/** The command `doctor`. */
export const doctorCommand = command({
  name: "doctor",
  summary: "Tells what works on this machine, and what to do about the rest.",
  synopsis: "",
  takesNames: false,
  description: `\
Tells versions, the processor and the kernels chosen for it, memory, where the library, models and
temporary files lie, and transcribes the sample of the demo model.`,
  flags,
  closing: `\
exit status: 0 done, and all works; 1 temporary files, 2 a variable is wrong, 3 models,
4 the native library, ffmpeg or the platform`,
  read: ({ flags: given }) => ({ json: given.has("json") }),
  // What is missing is to be told, not fetched.
  needs: () => [],
  async run({ json }, terminal) {
    const report = await examine();
    terminal.out(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    return statusOf(report.problems);
  },
});
