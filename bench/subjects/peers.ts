import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Environment, environmentPython, official } from "../../tools/environment.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Progress } from "../report/progress.ts";
import type { GgufBits } from "../synthetic/gguf.ts";
import { fourBits, officialFloat, syntheticQwen } from "../synthetic/qwen.ts";
import { crispasrCommand } from "./crispasr-source.ts";
import { subjectCommand } from "./subject.ts";

/** Another implementation of the same model, on random weights at the shapes of 0.6B. */
export interface Peer {
  label: string;
  framework: string;
  /** Installs what is missing and gives the command that serves it, see `Subject`. */
  command(): Promise<string[]>;
}

const scripts = import.meta.dir;

const mlxAudio: Environment = {
  name: "mlx-audio",
  purpose: "mlx-audio (1 GB, once)",
  requirements: join(scripts, "mlx-audio.txt"),
};

/** The implementations by the names that `--peer` takes, each with its rows. */
export const peers: Readonly<Record<string, (progress: Progress) => Peer[]>> = {
  crispasr: (progress) => [crispasr("Q4_0", progress), crispasr("Q8_0", progress)],
  "qwen-asr-c": (progress) => [qwenAsrC(progress)],
  pytorch: (progress) => [torch("bfloat16", progress), torch("float32", progress)],
  "mlx-audio": (progress) => [mlx(progress)],
};

function crispasr(bits: GgufBits, progress: Progress): Peer {
  const command = () => crispasrCommand(bits, progress);
  return { label: `Qwen3-ASR 0.6B ${bits}`, framework: "CrispASR", command };
}

/** antirez/qwen-asr is published as source alone: `QWEN_ASR` names its program. */
function qwenAsrC(progress: Progress): Peer {
  const command = async () => {
    const program = process.env["QWEN_ASR"];
    if (program === undefined) throw new AsrError("usage", "QWEN_ASR does not name its program");
    if (!existsSync(program)) throw new AsrError("usage", `QWEN_ASR=${program}: no such file`);
    return subjectCommand("qwen-asr-c.ts", program, await syntheticQwen(officialFloat, progress));
  };
  return { label: officialFloat.label, framework: "antirez/qwen-asr", command };
}

function torch(type: string, progress: Progress): Peer {
  const python = () => environmentPython(official, (line) => progress.note(line));
  return {
    label: `Qwen3-ASR 0.6B ${type}`,
    framework: "qwen-asr, PyTorch",
    command: async () => [await python(), join(scripts, "qwen-asr.py"), type],
  };
}

function mlx(progress: Progress): Peer {
  return {
    label: fourBits.label,
    framework: "mlx-audio",
    command: async () => [
      await environmentPython(mlxAudio, (line) => progress.note(line)),
      join(scripts, "mlx-audio.py"),
      await syntheticQwen(fourBits, progress),
    ],
  };
}
