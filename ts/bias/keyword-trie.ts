import { defaultWeight, type Keyword } from "../contract/keywords.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { LogitBias } from "./logit-bias.ts";

/** A token sequence that begins a keyword. */
export interface KeywordNode {
  /** What choosing the last token of the sequence is worth. */
  value: number;
  readonly next: Map<number, KeywordNode>;
  /** Of each keyword that ends here and is wanted, the first tokens of all its forms. */
  readonly ends: ReadonlySet<number>[];
}

/** The words that may begin at a place in the text. */
export interface KeywordRoot {
  readonly next: ReadonlyMap<number, KeywordNode>;
  readonly bias: LogitBias | undefined;
  /** Where a first token lies in `bias`. */
  readonly places: ReadonlyMap<number, number>;
}

/** Of the tokens that only begin a word the audio must say more: they get half. */
const startShare = 0.5;

/** Scripts that do not put spaces between words. */
const unspaced = new RegExp(
  `^[${["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
    .map((script) => `\\p{Script=${script}}`)
    .join("")}]`,
  "u",
);

/** Whether a word can follow this character: no letter or digit of a script that has spaces. */
export function endsWord(character: string): boolean {
  return unspaced.test(character) || !/[\p{L}\p{M}\p{N}]/u.test(character);
}

/**
 * The keywords as a tree of tokens, made once for all recordings. Each is entered as it stands
 * after a space and as it stands at the start of a text, behind a quotation mark or another script;
 * one that begins with a small letter also with a capital. Forms of one keyword are worth the same,
 * so the model chooses among them as it would without.
 *
 * A token is worth as much of the weight as the share of the word that is spelled after it, the
 * first token half of that: to begin a word takes more of the audio's support than to go on with
 * it, a first token of one letter, which begins a thousand other words, moves hardly anything, and
 * no value is ever larger than the weight. Where keywords share a token the value furthest from 0
 * counts.
 */
export class KeywordTrie {
  /** The words that may follow a letter: those with a space before them, or that need none. */
  readonly inside: KeywordRoot;
  /** The words that may begin a text or follow a sign. */
  readonly outside: KeywordRoot;

  constructor(tokenizer: Tokenizer, keywords: readonly Keyword[]) {
    const root = emptyNode();
    const inside = new Map<number, KeywordNode>();
    for (const { word, weight = defaultWeight } of keywords) {
      if (weight === 0) continue;
      const starts = new Set<number>();
      for (const form of withCapital(word)) {
        const bare = enter(root, tokenizer, form, weight, starts);
        if (unspaced.test(form)) inside.set(...bare);
        else inside.set(...enter(root, tokenizer, ` ${form}`, weight, starts));
      }
    }
    this.inside = rootOf(inside);
    this.outside = rootOf(root.next);
  }
}

/** Enters one form of a keyword; returns its first token and node. */
function enter(
  root: KeywordNode,
  tokenizer: Tokenizer,
  form: string,
  weight: number,
  starts: Set<number>,
): [number, KeywordNode] {
  const ids = tokenizer.encodePlain(form);
  const space = form.startsWith(" ") ? 1 : 0;
  const whole = Buffer.byteLength(form) - space;
  let [at, spelled] = [root, -space];
  for (const id of ids) {
    const share = spelled > 0 ? 1 : startShare;
    spelled += tokenizer.bytesOf(id)!.length;
    let node = at.next.get(id);
    if (node === undefined) {
      node = emptyNode();
      at.next.set(id, node);
    }
    const value = (share * weight * spelled) / whole;
    if (Math.abs(value) > Math.abs(node.value)) node.value = value;
    at = node;
  }
  if (weight > 0) at.ends.push(starts);
  const [first] = ids;
  starts.add(first!);
  return [first!, root.next.get(first!)!];
}

function emptyNode(): KeywordNode {
  return { value: 0, next: new Map(), ends: [] };
}

function withCapital(word: string): string[] {
  const [first = ""] = word;
  const capital = first.toUpperCase() + word.slice(first.length);
  return capital === word ? [word] : [word, capital];
}

function rootOf(next: ReadonlyMap<number, KeywordNode>): KeywordRoot {
  const biased = [...next].filter(([, { value }]) => value !== 0);
  const ids = Int32Array.from(biased, ([id]) => id);
  const values = Float32Array.from(biased, ([, { value }]) => value);
  const bias = ids.length === 0 ? undefined : { ids, values, only: false };
  return { next, bias, places: new Map(biased.map(([id], place) => [id, place])) };
}
