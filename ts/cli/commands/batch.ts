import { didYouMean } from "../../contract/did-you-mean.ts";
import { AsrError } from "../../contract/errors.ts";
import { type BatchFlags, batchFlags } from "../flags/batch-flags.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { BatchCall } from "./batch-call.ts";
import { planArchive } from "./batch-plan.ts";
import { runArchive } from "./batch-run.ts";
import { storeLines } from "./batch-store.ts";
import { verifyArchive } from "./batch-verify.ts";
import { command, type Need } from "./command.ts";

interface Action {
  run(call: BatchCall, terminal: Terminal): Promise<number>;
  /** The group of flags that it takes. */
  group?: keyof typeof batchFlags;
  /** What it does; without it no help tells of the action. */
  summary?: string;
  needs: readonly Need[];
}

const actions: Readonly<Record<string, Action>> = {
  plan: {
    run: planArchive,
    group: "Of plan",
    summary: "packs the recordings of --manifest into shards of about an hour",
    needs: [],
  },
  run: {
    run: runArchive,
    group: "Of run",
    summary: "runs the shards that have no rows yet; --engine ray shares them out to machines",
    needs: ["library", "ffmpeg"],
  },
  verify: {
    run: verifyArchive,
    group: "Of verify",
    summary: "compares the rows with the plan, and tells what failed",
    needs: [],
  },
  // What the runner asks of S3, which it does not speak.
  store: { run: storeLines, needs: [] },
};

/** Those that people know, with what they do. */
const shown = Object.entries(actions).flatMap(([name, { summary }]) =>
  summary === undefined ? [] : [{ name, summary }],
);

const closing = `\
exit status: 0 done, 1 unfinished, or a file cannot be read or written, 2 usage, or another
manifest, model or options than planned, 3 done with rows of errors, or a bad model, 4 no Python
or no Ray, 130 interrupted`;

/** The command `batch`. */
export const batchCommand = command({
  name: "batch",
  summary: "Transcribes archives, on this machine or on many.",
  synopsis: "plan | run | verify --out DIR",
  takesNames: true,
  description: `\
Transcribes what a manifest names, into a row for each recording: what fails is a row, too. A run
that was broken off goes on where it was, and no recording has two rows.

${shown.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join("\n")}`,
  flags: batchFlags,
  closing,
  helpFor: ([name = ""]) => {
    const { group, summary } = Object.hasOwn(actions, name) ? actions[name]! : {};
    if (group === undefined || summary === undefined) return undefined;
    const flags = { Options: batchFlags.Options, [group]: batchFlags[group] };
    const description = `${summary[0]!.toUpperCase()}${summary.slice(1)}.`;
    return { synopsis: `${name} --out DIR`, description, flags, closing };
  },
  read({ flags, names: [name, stray] }) {
    const { action, call } = { action: actionOf(name, stray), call: callOf(flags) };
    checkFlags(name ?? "", action, flags);
    return { action, call };
  },
  needs: ({ action }) => action.needs,
  run: async ({ action, call }, terminal) => await action.run(call, terminal),
});

function actionOf(name: string | undefined, stray: string | undefined): Action {
  const known = shown.map((one) => one.name);
  if (name === undefined) {
    throw new AsrError("usage", "say what to do", `one of ${known.join(", ")}`);
  }
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    throw new AsrError("usage", `batch ${name}: unknown`, didYouMean(name, known));
  }
  if (stray === undefined) return action;
  throw new AsrError("usage", `batch ${name} takes no "${stray}"`, "see --help");
}

function callOf(flags: BatchFlags): BatchCall {
  const out = flags.text("out");
  if (out) return { out, flags, quiet: flags.has("quiet") };
  throw new AsrError("usage", "--out is missing", "name a folder, or s3://bucket/path");
}

/** What is of another action would be without effect. */
function checkFlags(name: string, { group }: Action, flags: BatchFlags): void {
  for (const [heading, table] of Object.entries(batchFlags)) {
    if (heading === "Options" || heading === group) continue;
    const names = Object.keys(table) as Parameters<BatchFlags["has"]>[0][];
    const stray = names.find((flag) => flags.has(flag));
    if (stray === undefined) continue;
    const other = heading.replace("Of ", "");
    throw new AsrError("usage", `batch ${name} takes no --${stray}`, `it is for batch ${other}`);
  }
}
