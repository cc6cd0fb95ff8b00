import { textTag } from "../text/answer.ts";
import { TokenDecoder, type Tokenizer } from "../text/tokenizer.ts";
import { endsWord, type KeywordNode, type KeywordRoot, type KeywordTrie } from "./keyword-trie.ts";
import type { LogitBias, LogitsProcessor } from "./logit-bias.ts";

/** For so many tokens after a keyword, to begin it earns nothing: a loop must not feed itself. */
const restingSteps = 8;

/**
 * Makes the keywords of `trie` likelier, token by token, as far as their weights go. Several may be
 * under way at once. The model names the language first unless the prompt does: `active` says that
 * the answer starts with text, otherwise the processor waits for `<asr_text>`.
 */
export function keywordBias(
  tokenizer: Tokenizer,
  trie: KeywordTrie,
  { active = false } = {},
): LogitsProcessor {
  return new KeywordBias(tokenizer, trie, active);
}

class KeywordBias implements LogitsProcessor {
  readonly #trie: KeywordTrie;
  readonly #tag: number;
  readonly #decoder: TokenDecoder;
  #active: boolean;
  /** Where the next token can begin a keyword. */
  #root: KeywordRoot;
  /** The keywords that the last tokens have started. */
  #started: KeywordNode[] = [];
  /** First tokens that earn nothing, with the steps for which that lasts. */
  readonly #resting = new Map<number, number>();
  #bias: LogitBias | undefined;

  constructor(tokenizer: Tokenizer, trie: KeywordTrie, active: boolean) {
    this.#trie = trie;
    this.#tag = tokenizer.specialId(textTag);
    this.#decoder = new TokenDecoder(tokenizer);
    this.#root = trie.outside;
    this.#active = active;
    this.#bias = active ? this.#root.bias : undefined;
  }

  get bias(): LogitBias | undefined {
    return this.#bias;
  }

  push(id: number): void {
    if (this.#active) this.#follow(id);
    else this.#active = id === this.#tag;
    if (!this.#active) return;
    const quiet = this.#started.length === 0 && this.#resting.size === 0;
    this.#bias = quiet ? this.#root.bias : this.#merged();
  }

  #follow(id: number): void {
    for (const [start, steps] of this.#resting) {
      if (steps > 1) this.#resting.set(start, steps - 1);
      else this.#resting.delete(start);
    }
    const started: KeywordNode[] = [];
    for (const { next } of [this.#root, ...this.#started]) {
      const node = next.get(id);
      if (node === undefined) continue;
      for (const start of node.ends.flatMap((starts) => [...starts])) {
        this.#resting.set(start, restingSteps);
      }
      if (node.next.size > 0) started.push(node);
    }
    this.#started = started;
    // Of a character in the making nothing is known yet, so only words with a space may follow.
    const last = [...this.#decoder.push(id)].at(-1);
    const free = last !== undefined && endsWord(last);
    this.#root = free ? this.#trie.outside : this.#trie.inside;
  }

  /** The root's values without those at rest, and the next tokens of what was started. */
  #merged(): LogitBias | undefined {
    const changed = new Map<number, number>();
    for (const start of this.#resting.keys()) {
      if (this.#root.places.has(start)) changed.set(start, 0);
    }
    for (const { next } of this.#started) {
      for (const [id, { value }] of next) {
        const known = changed.get(id) ?? this.#valueOf(id);
        changed.set(id, Math.abs(value) > Math.abs(known) ? value : known);
      }
    }
    return withValues(this.#root, changed);
  }

  #valueOf(id: number): number {
    const place = this.#root.places.get(id);
    return place === undefined ? 0 : this.#root.bias!.values[place]!;
  }
}

function withValues({ bias, places }: KeywordRoot, changed: ReadonlyMap<number, number>) {
  const added = [...changed.keys()].filter((id) => !places.has(id));
  const known = bias?.ids.length ?? 0;
  if (known + added.length === 0) return undefined;
  const ids = new Int32Array(known + added.length);
  const values = new Float32Array(ids.length);
  if (bias !== undefined) {
    ids.set(bias.ids);
    values.set(bias.values);
  }
  ids.set(added, known);
  for (const [index, id] of added.entries()) values[known + index] = changed.get(id)!;
  for (const [id, value] of changed) {
    const place = places.get(id);
    if (place !== undefined) values[place] = value;
  }
  return { ids, values, only: false };
}
