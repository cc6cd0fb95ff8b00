import type { StreamEvent } from "../contract/events.ts";
import type { Transcript } from "../contract/transcript.ts";
import { EventQueue } from "./event-queue.ts";

/** The events that `work` tells, the transcript that it makes as the last of them. */
export async function* streamEvents(
  work: (tell: (event: StreamEvent) => void) => Promise<Transcript>,
): AsyncGenerator<StreamEvent, undefined, undefined> {
  const queue = new EventQueue<StreamEvent, undefined>(
    (earlier, later) => earlier.type === "partial" && later.type === "partial",
  );
  const finish = async (): Promise<undefined> => {
    const transcript = await work((event) => queue.push(event));
    queue.push({ type: "finish", transcript });
  };
  queue.endWith(finish());
  return yield* queue.read();
}
