import { textTag } from "../text/answer.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { LogitBias, LogitsProcessor } from "./logit-bias.ts";

/** A place in the tree of the answers that are allowed; a leaf has no bias. */
interface Node {
  readonly next: Map<number, Node>;
  bias: LogitBias | undefined;
}

/**
 * Lets a model that detects the language choose among `names` (as in `languages`) and `None`, which
 * stands for no speech. An answer starts with `language English<asr_text>`: until that tag only the
 * tokens of the allowed names can be chosen, so that it cannot end before it begins either. After
 * the tag every token is free.
 */
export function languageBias(tokenizer: Tokenizer, names: readonly string[]): LogitsProcessor {
  const tag = tokenizer.specialId(textTag);
  const root = node();
  for (const name of [...names, "None"]) {
    let at = root;
    // The tag is a token of its own, so the text before it is cut as if it stood alone.
    for (const id of [...tokenizer.encodePlain(`language ${name}`), tag]) {
      at = at.next.get(id) ?? grown(at, id);
    }
  }
  allow(root);
  let here: Node | undefined = root;
  return {
    get bias() {
      return here?.bias;
    },
    push(id) {
      here = here?.next.get(id);
    },
  };
}

function node(): Node {
  return { next: new Map(), bias: undefined };
}

function grown(parent: Node, id: number): Node {
  const child = node();
  parent.next.set(id, child);
  return child;
}

/** Gives each node of the tree the bias that allows its children alone. */
function allow(at: Node): void {
  if (at.next.size === 0) return;
  const ids = Int32Array.from(at.next.keys());
  at.bias = { ids, values: new Float32Array(ids.length), only: true };
  for (const child of at.next.values()) allow(child);
}
