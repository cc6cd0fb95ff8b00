import { AsrError } from "../../contract/errors.ts";

/** Opcodes of Python's pickle, protocol 2, that dictionaries of texts and numbers need. */
const opcodes = {
  protocol: 0x80,
  mark: 0x28,
  emptyDictionary: 0x7d,
  emptyList: 0x5d,
  text: 0x58,
  byte: 0x4b,
  twoBytes: 0x4d,
  fourBytes: 0x4a,
  put: 0x71,
  longPut: 0x72,
  get: 0x68,
  longGet: 0x6a,
  setItems: 0x75,
} as const;

/**
 * The first `count` dictionaries in a pickle of a list of dictionaries, each from texts to numbers.
 * Nothing else of pickle is understood, and nothing is ever run.
 */
export function dictionaries(pickle: Buffer, count: number): Map<string, number>[] {
  const found: Map<string, number>[] = [];
  const memo = new Map<number, string>();
  let items: (string | number)[] = [];
  let lastText = "";
  let at = 0;
  const text = (index: number) => {
    const known = memo.get(index);
    if (known === undefined) throw strange(at);
    items.push(known);
  };
  // A dictionary is whole when the next one begins.
  while (at < pickle.length) {
    const opcode = pickle[at++];
    switch (opcode) {
      case opcodes.protocol:
        at += 1;
        break;
      case opcodes.mark:
        items = [];
        break;
      case opcodes.emptyList:
        break;
      case opcodes.emptyDictionary:
        if (found.length === count) return found;
        found.push(new Map());
        break;
      case opcodes.text: {
        const end = at + 4 + pickle.readUInt32LE(at);
        lastText = pickle.toString("utf8", at + 4, end);
        items.push(lastText);
        at = end;
        break;
      }
      case opcodes.byte:
        items.push(pickle.readUInt8(at));
        at += 1;
        break;
      case opcodes.twoBytes:
        items.push(pickle.readUInt16LE(at));
        at += 2;
        break;
      case opcodes.fourBytes:
        items.push(pickle.readInt32LE(at));
        at += 4;
        break;
      case opcodes.put:
        memo.set(pickle.readUInt8(at), lastText);
        at += 1;
        break;
      case opcodes.longPut:
        memo.set(pickle.readUInt32LE(at), lastText);
        at += 4;
        break;
      case opcodes.get:
        text(pickle.readUInt8(at));
        at += 1;
        break;
      case opcodes.longGet:
        text(pickle.readUInt32LE(at));
        at += 4;
        break;
      case opcodes.setItems:
        setItems(found.at(-1), items, at);
        break;
      default:
        throw strange(at - 1);
    }
  }
  throw strange(at);
}

function setItems(
  dictionary: Map<string, number> | undefined,
  items: readonly (string | number)[],
  at: number,
): void {
  for (let index = 0; index < items.length; index += 2) {
    const [key, value] = [items[index], items[index + 1]];
    if (dictionary === undefined || typeof key !== "string" || typeof value !== "number") {
      throw strange(at);
    }
    dictionary.set(key, value);
  }
}

function strange(at: number): AsrError {
  return new AsrError("internal", `a pickle has something else than expected at byte ${at}`);
}
