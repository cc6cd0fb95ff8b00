import { AsrError } from "../contract/errors.ts";
import type { Opener } from "../server/models/opener.ts";
import type { Recognizer } from "../server/service/models.ts";

/** Opens models that do nothing, and tells what was done with them. */
export class FakeOpener {
  /** As in `open a`, `close a`, in order. */
  readonly log: string[] = [];
  /** Bytes by model; 1 where none are given. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Languages by model; none are told where none are given. */
  languages: Readonly<Record<string, readonly string[]>> = {};
  /** Errors that the next openings end with. */
  readonly failures: Error[] = [];
  /** What openings wait for. */
  gate: Promise<void> = Promise.resolve();

  constructor(bytes: Readonly<Record<string, number>> = {}) {
    this.bytes = bytes;
  }

  readonly opener: Opener = async (model) => ({
    bytes: this.bytes[model] ?? 1,
    languages: this.languages[model],
    open: async () => {
      this.log.push(`open ${model}`);
      await this.gate;
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
      return this.#recognizer(model);
    },
  });

  #recognizer(model: string): Recognizer {
    return {
      stream: () => {
        throw new AsrError("internal", "a fake model hears nothing");
      },
      align: async () => {
        throw new AsrError("internal", "a fake model hears nothing");
      },
      close: async () => {
        await Bun.sleep(1);
        this.log.push(`close ${model}`);
      },
    };
  }
}
