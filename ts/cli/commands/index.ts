import type { Command } from "./command.ts";

/** Commands by their names; a module loads only when its command is wanted, for a quick start. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** The commands of the program. */
export const productCommands: Commands = {
  transcribe: async () => (await import("./transcribe.ts")).transcribeCommand,
  batch: async () => (await import("./batch.ts")).batchCommand,
  align: async () => (await import("./align.ts")).alignCommand,
  mic: async () => (await import("./mic.ts")).micCommand,
  serve: async () => (await import("./serve.ts")).serveCommand,
  models: async () => (await import("./models.ts")).modelsCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  convert: async () => (await import("./convert.ts")).convertCommand,
  wer: async () => (await import("./wer.ts")).werCommand,
  "find-heads": async () => (await import("./find-heads.ts")).findHeadsCommand,
  inspect: async () => (await import("./inspect.ts")).inspectCommand,
};
