import type { Random } from "./check.ts";
import { between, pick } from "./random.ts";

/** JSON as it is written, so that a key may stand twice and a number need not be one. */
type Node = { keys?: string[]; parts?: Node[]; text?: string };

const texts = [
  ...["0", "-0", "1", "-1", "2", "0.5", "-1e-9", "1e9", "2147483647", "2147483648", "4294967296"],
  ...["9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616"],
  ...["1e308", "1e309", "NaN", "Infinity", "01", "+1", "0x10", "1.", ".5", "null", "true", "false"],
  ...['""', '"a"', '"\\u0000"', '"\\ud800"', '"line\nend"', '"__proto__"', "[]", "{}", "[null]"],
  ...['{"a":1}', "[[]]", "[0,0]", "[1,2,3,4]", "[-1,1]", "", "'", "//", "1 2"],
];

const keys = ["__proto__", "constructor", "", "__metadata__", "\\u0061", "quantization", "a\\nb"];

/** JSON with a few faults: other values, keys that are gone, new, doubled, swapped; nests. */
export function mutatedJson(random: Random, json: string): string {
  const root = nodeOf(JSON.parse(json));
  for (let faults = between(random, 1, 4); faults > 0; faults--) change(random, root);
  return textOf(root);
}

function change(random: Random, root: Node): void {
  const node = pick(random, withParts(root));
  const at = between(random, 0, node.parts!.length);
  const count = node.parts!.length;
  switch (between(random, 0, 8)) {
    case 0:
      remove(node, at);
      return;
    case 1:
      add(node, node.keys?.[at] ?? "", node.parts![at] ?? { text: "0" });
      return;
    case 2:
      add(node, node.keys?.[at] ?? "a", { text: pick(random, texts) });
      return;
    case 3:
      add(node, pick(random, keys), { text: pick(random, texts) });
      return;
    case 4:
      if (count > 1) swap(node, at, between(random, 0, count));
      return;
    case 5: {
      const depth = pick(random, [2, 64, 200, 10_000]);
      if (count > 0) node.parts![at] = { text: `${"[".repeat(depth)}${"]".repeat(depth)}` };
      return;
    }
    default:
      if (count > 0) node.parts![at] = { text: pick(random, texts) };
  }
}

function remove({ keys, parts }: Node, at: number): void {
  keys?.splice(at, 1);
  parts?.splice(at, 1);
}

function add({ keys, parts }: Node, key: string, part: Node): void {
  keys?.push(key);
  parts?.push(part);
}

function swap({ parts }: Node, a: number, b: number): void {
  [parts![a], parts![b]] = [parts![b]!, parts![a]!];
}

function withParts(node: Node): Node[] {
  if (node.parts === undefined) return [];
  return [node, ...node.parts.flatMap(withParts)];
}

function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) return { parts: value.map(nodeOf) };
  if (typeof value !== "object" || value === null) return { text: JSON.stringify(value) };
  return { keys: Object.keys(value), parts: Object.values(value).map(nodeOf) };
}

function textOf({ keys, parts, text }: Node): string {
  if (parts === undefined) return text ?? "";
  const inner = parts.map((part, i) =>
    keys === undefined ? textOf(part) : `${quoted(keys[i]!)}:${textOf(part)}`,
  );
  return keys === undefined ? `[${inner.join(",")}]` : `{${inner.join(",")}}`;
}

/** Keys that are written with an escape stay so. */
function quoted(key: string): string {
  return key.includes("\\") ? `"${key}"` : JSON.stringify(key);
}
