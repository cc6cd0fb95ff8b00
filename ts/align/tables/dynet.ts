import { setImmediate } from "node:timers/promises";
import { AsrError } from "../../contract/errors.ts";

/** Parameters of a network as DyNet writes them: a line that names each, and one of its numbers. */
export class DynetText {
  readonly #text: Buffer;
  readonly #lines = new Map<string, { from: number; to: number }>();

  constructor(text: Buffer) {
    this.#text = text;
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf(10, at);
      const head = text.toString("latin1", at, Math.max(at, end));
      const [, name, bytes] = /^#\w+# (\S+) \{[\d,]+\} (\d+) \S+$/.exec(head) ?? [];
      if (name === undefined) throw new AsrError("internal", `not DyNet's form: ${head}`);
      const to = end + 1 + Number(bytes);
      this.#lines.set(name, { from: end + 1, to });
      at = to;
    }
  }

  /** The numbers of a parameter, column by column; a table's rows one behind the other. */
  async values(name: string, count: number): Promise<Float32Array> {
    const line = this.#lines.get(name);
    // A line break follows the last number.
    if (line === undefined || line.to - line.from !== count * width + 1) {
      throw new AsrError("internal", `DyNet's ${name} does not have ${count} numbers`);
    }
    const values = new Float32Array(count);
    for (let index = 0; index < count; index++) {
      // Others want this thread meanwhile.
      if (index % slice === slice - 1) await setImmediate();
      values[index] = numberAt(this.#text, line.from + index * width);
    }
    return values;
  }
}

const slice = 2 ** 15;

/** Bytes of each number, as in `+1.78208407e-02 `. */
const width = 16;

function numberAt(text: Buffer, at: number): number {
  let digits = text[at + 1]! - zero;
  for (let place = at + 3; place < at + 11; place++) digits = digits * 10 + text[place]! - zero;
  const exponent = (text[at + 13]! - zero) * 10 + text[at + 14]! - zero;
  // Quotients and products by powers up to 1e22 are rounded once.
  const power = (text[at + 12] === minus ? -exponent : exponent) - 8;
  const size = power < 0 ? digits / 10 ** -power : digits * 10 ** power;
  return text[at] === minus ? -size : size;
}

const zero = 48;
const minus = 45;
