import { type RawLine, rawLinesOf, textOf } from "../../batch/lines.ts";
import { openOutput } from "../../batch/output/open.ts";
import type { Output } from "../../batch/output/output.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { BatchCall } from "./batch-call.ts";

/** What the runner asks, a line of JSON each. */
interface Question {
  op: "get" | "has" | "names" | "put";
  key: string;
  text?: string;
}

/** `batch store`: answers the runner, which does not speak S3. Returns the exit status. */
export async function storeLines({ out }: BatchCall, terminal: Terminal): Promise<number> {
  const output = openOutput(out);
  for await (const line of rawLinesOf(Bun.stdin.stream())) {
    terminal.out(`${JSON.stringify(await answer(output, line))}\n`);
  }
  return 0;
}

async function answer(output: Output, line: RawLine): Promise<object> {
  try {
    const { op, key, text = "" }: Question = JSON.parse(textOf(line, `line ${line.number}`));
    switch (op) {
      case "get":
        return { text: (await output.get(key)) ?? null };
      case "has":
        return { found: await output.has(key) };
      case "names":
        return { names: await output.names(key) };
      case "put":
        return { stored: await output.put(key, text) };
      default:
        return { error: `${String(op)}: no such question` };
    }
  } catch (error) {
    return { error: error instanceof AsrError ? error.oneLine : messageOf(error) };
  }
}
