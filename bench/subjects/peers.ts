import { join } from "node:path";
import { type Environment, environmentPython, official } from "../../tools/environment.ts";
import type { Progress } from "../report/progress.ts";
import { fourBits, syntheticQwen } from "../synthetic/qwen.ts";

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

/** The implementations that `--peers` asks for. */
export function peers(progress: Progress): Peer[] {
  const note = (line: string) => progress.note(line);
  const torch = (type: string): Peer => ({
    label: `Qwen3-ASR 0.6B ${type}`,
    framework: "qwen-asr, PyTorch",
    command: async () => [
      await environmentPython(official, note),
      join(scripts, "qwen-asr.py"),
      type,
    ],
  });
  const mlx: Peer = {
    label: "Qwen3-ASR 0.6B 4-bit",
    framework: "mlx-audio",
    command: async () => [
      await environmentPython(mlxAudio, note),
      join(scripts, "mlx-audio.py"),
      await syntheticQwen(fourBits, progress),
    ],
  };
  return [torch("bfloat16"), torch("float32"), mlx];
}
