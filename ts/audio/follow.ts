import { open } from "node:fs/promises";
import { AsrError, messageOf } from "../contract/errors.ts";

/** How a growing file is followed. */
export interface FollowOptions {
  /** The file is complete when it has not grown for so long. Default 5. */
  idleSeconds?: number | undefined;
  /** Ends the wait for more; the bytes then end, too. */
  signal?: AbortSignal | undefined;
}

const defaultIdleSeconds = 5;
const lookEveryMs = 100;
const maxAtOnce = 1 << 16;

/**
 * The bytes of a file that another program is still writing, as they come, until it stops growing.
 * Throws AsrError `input` when it cannot be read or becomes shorter.
 *
 * @example
 * const call = follow("models/demo/sample.wav", { idleSeconds: 0.2 });
 * for await (const event of transcribeStream(call, { model: "demo" })) {
 *   if (event.type === "delta") process.stdout.write(event.text);
 * }
 */
export async function* follow(
  path: string,
  { idleSeconds = defaultIdleSeconds, signal }: FollowOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!(idleSeconds >= 0)) {
    throw new AsrError("usage", `idleSeconds is ${idleSeconds}, expected a number of at least 0`);
  }
  await using file = await opened(path);
  let at = 0;
  let grown = performance.now();
  while (signal?.aborted !== true) {
    const { size } = await file.stat();
    if (size < at) {
      const message = `${path}: became shorter while it was read`;
      throw new AsrError("input", message, "start again when it is complete");
    }
    const { bytesRead, buffer } = await file.read(new Uint8Array(maxAtOnce), 0, maxAtOnce, at);
    if (bytesRead > 0) {
      at += bytesRead;
      grown = performance.now();
      yield buffer.subarray(0, bytesRead);
    } else if (performance.now() - grown >= idleSeconds * 1000) return;
    else await Bun.sleep(lookEveryMs);
  }
}

async function opened(path: string) {
  try {
    return await open(path);
  } catch (error) {
    throw new AsrError("input", `${path}: cannot be opened: ${messageOf(error)}`, "check the path");
  }
}
