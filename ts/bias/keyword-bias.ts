import { textTag } from "../text/prompt.ts";
import { TokenDecoder, type Tokenizer } from "../text/tokenizer.ts";
import { endsWord, type KeywordNode, type KeywordRoot, type KeywordTrie } from "./keyword-trie.ts";
import type { Bias, Guide } from "./logit-bias.ts";

/** For so many tokens after a keyword, to begin it earns nothing: a loop must not feed itself. */
const restingSteps = 8;

/**
 * Makes the keywords of `trie` likelier, token by token, as far as their weights go. Several may be
 * under way at once. The model names the language first unless the prompt does: `active` says that
 * the answer starts with text, otherwise the guide waits for `<asr_text>`.
 */
export function keywordGuide(
  tokenizer: Tokenizer,
  trie: KeywordTrie,
  { active = false } = {},
): Guide {
  return new KeywordGuide(tokenizer, trie, active);
}

class KeywordGuide implements Guide {
  readonly #trie: KeywordTrie;
  readonly #tag: number;
  readonly #decoder: TokenDecoder;
  #active: boolean;
  /** Where the next token can begin a keyword. */
  #root: KeywordRoot;
  /** The keywords that the last tokens have begun. */
  #begun: KeywordNode[] = [];
  /** First tokens that earn nothing, with the steps for which that lasts. */
  readonly #resting = new Map<number, number>();
  #bias: Bias | undefined;

  constructor(tokenizer: Tokenizer, trie: KeywordTrie, active: boolean) {
    this.#trie = trie;
    this.#tag = tokenizer.specialId(textTag);
    this.#decoder = new TokenDecoder(tokenizer);
    this.#root = trie.outside;
    this.#active = active;
    this.#bias = active ? this.#root.bias : undefined;
  }

  get bias(): Bias | undefined {
    return this.#bias;
  }

  push(id: number): void {
    if (this.#active) this.#follow(id);
    else this.#active = id === this.#tag;
    if (!this.#active) return;
    const quiet = this.#begun.length === 0 && this.#resting.size === 0;
    this.#bias = quiet ? this.#root.bias : this.#merged();
  }

  #follow(id: number): void {
    for (const [start, steps] of this.#resting) {
      if (steps > 1) this.#resting.set(start, steps - 1);
      else this.#resting.delete(start);
    }
    const begun: KeywordNode[] = [];
    for (const { next } of [this.#root, ...this.#begun]) {
      const node = next.get(id);
      if (node === undefined) continue;
      for (const start of node.ends.flatMap((starts) => [...starts])) {
        this.#resting.set(start, restingSteps);
      }
      if (node.next.size > 0) begun.push(node);
    }
    this.#begun = begun;
    // Of a character in the making nothing is known yet, so only words with a space may follow.
    const last = [...this.#decoder.push(id)].at(-1);
    const free = last !== undefined && endsWord(last);
    this.#root = free ? this.#trie.outside : this.#trie.inside;
  }

  /** The root's bonuses without those at rest, and the next tokens of what was begun. */
  #merged(): Bias | undefined {
    const changed = new Map<number, number>();
    for (const start of this.#resting.keys()) {
      if (this.#root.places.has(start)) changed.set(start, 0);
    }
    for (const { next } of this.#begun) {
      for (const [id, { bonus }] of next) {
        const known = changed.get(id) ?? this.#bonusOf(id);
        changed.set(id, Math.abs(bonus) > Math.abs(known) ? bonus : known);
      }
    }
    return withBonuses(this.#root, changed);
  }

  #bonusOf(id: number): number {
    const place = this.#root.places.get(id);
    return place === undefined ? 0 : this.#root.bias!.bonuses[place]!;
  }
}

function withBonuses({ bias, places }: KeywordRoot, changed: ReadonlyMap<number, number>) {
  const added = [...changed.keys()].filter((id) => !places.has(id));
  const known = bias?.ids.length ?? 0;
  if (known + added.length === 0) return undefined;
  const ids = new Int32Array(known + added.length);
  const bonuses = new Float32Array(ids.length);
  if (bias !== undefined) {
    ids.set(bias.ids);
    bonuses.set(bias.bonuses);
  }
  ids.set(added, known);
  for (const [index, id] of added.entries()) bonuses[known + index] = changed.get(id)!;
  for (const [id, bonus] of changed) {
    const place = places.get(id);
    if (place !== undefined) bonuses[place] = bonus;
  }
  return { ids, bonuses, only: false };
}
