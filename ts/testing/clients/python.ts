// This folder: clients of the server that were not made for it, to test it with.

import { clients, environmentPython } from "../../../tools/environment.ts";
import { toStderr } from "../../../tools/setup.ts";

/** A Python that has OpenAI's SDK, `wyoming` and `schemathesis`; installed at its first use. */
export async function clientsPython(): Promise<string> {
  return await environmentPython(clients, toStderr);
}
