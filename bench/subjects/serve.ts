import { AsrError, messageOf } from "../../ts/contract/errors.ts";
import type { Clip, Failure, Heard, Opened, Run } from "./subject.ts";

/** Memory is that of the child, unless something else did the work. */
type Timed<T extends Memory> = Omit<T, keyof Memory> & Partial<Memory>;
type Memory = Pick<Run, "rss" | "peakRss">;

/** An open model: what there is to say of it, and how it transcribes. */
interface Server extends Timed<Opened> {
  run(clip: Clip): Timed<Run> | Heard | Promise<Timed<Run> | Heard>;
}

/** The child's side of `Subject`: opens the model, then serves clips until its input ends. */
export async function serve(open: () => Server | Promise<Server>): Promise<void> {
  try {
    const { run, ...opened } = await open();
    say(opened);
    for await (const line of console) if (line !== "") say(await run(JSON.parse(line)));
  } catch (error) {
    const code = error instanceof AsrError ? error.code : "native";
    write({ failure: { code, message: messageOf(error) } } satisfies Failure);
  }
}

function say(found: object): void {
  const rss = process.memoryUsage.rss();
  const peakRss = process.resourceUsage().maxRSS * 1024;
  write({ rss, peakRss, ...found });
}

function write(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
