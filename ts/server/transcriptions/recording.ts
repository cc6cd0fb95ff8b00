import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { StreamOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { Recognizer } from "../service/models.ts";
import type { ReceivedFile } from "../upload/form.ts";

/**
 * Transcribes a received recording. One that cannot be read to its end ends with the transcript of
 * what was heard until there, whose warnings say why. Errors call it by the client's name.
 */
export async function* heard(
  recognizer: Recognizer,
  file: ReceivedFile,
  options: StreamOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  /** Segments that were told. */
  let told = 0;
  try {
    for await (const event of recognizer.stream(file.path, { ...options, live: false })) {
      if (event.type === "segment") told++;
      yield event;
    }
  } catch (thrown) {
    const error = withName(thrown, file);
    const part = partOf(error);
    if (part === undefined) throw error;
    for (const segment of part.segments.slice(told)) yield { type: "segment", segment };
    yield { type: "finish", transcript: part };
  }
}

/** The transcript of the part before the place where a recording cannot be read any more. */
export function partOf(error: unknown): Transcript | undefined {
  if (!(error instanceof AsrError) || error.code !== "input") return undefined;
  const { partial, message, reason } = error;
  // Nothing is wrong with one that is too long, and half of it is not what was asked for.
  if (reason === "too long") return undefined;
  if (partial === undefined || partial.chunks.length === 0) return undefined;
  return { ...partial, truncated: true, warnings: [...(partial.warnings ?? []), message] };
}

/** The error without the path at which the server keeps the recording. */
export function withName(thrown: unknown, { path, name }: ReceivedFile): unknown {
  if (!(thrown instanceof AsrError)) return thrown;
  const { code, message, hint, reason, partial, cause } = thrown;
  const error = new AsrError(code, message.replaceAll(path, name), hint?.replaceAll(path, name), {
    reason,
    cause,
  });
  return partial === undefined ? error : error.with(partial);
}
