// This folder: what a caller says beforehand, as a prompt and as a logit bias.

import { type Keyword, keywordList } from "../contract/keywords.ts";
import { languageChoice } from "../contract/languages.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { keywordBias } from "./keyword-bias.ts";
import { KeywordTrie } from "./keyword-trie.ts";
import { languageBias } from "./language-bias.ts";
import { combine, type LogitsProcessor } from "./logit-bias.ts";
import { echoesContext } from "./prompt-echo.ts";
import { systemText } from "./system-text.ts";

/** What a caller says about a recording, beforehand. */
export interface BiasOptions {
  /** Code or name of the language to write; undefined lets the model detect it. */
  readonly language?: string | undefined;
  /** Codes or names of the languages to detect one of. */
  readonly languages?: readonly string[] | undefined;
  /** What to expect: names, terms, the topic. */
  readonly prompt?: string | undefined;
  readonly keywords?: readonly (string | Keyword)[] | undefined;
}

/** What a caller said, made ready for one model and for all chunks of a recording. */
export interface Biasing {
  /** Name of the language that the prompt asks for. */
  readonly language: string | undefined;
  /** For the prompt's system turn. */
  readonly systemText: string;
  /** The logit bias of one hypothesis: a new processor for each, or none. */
  processor(): LogitsProcessor | undefined;
  /** Whether a text is hardly more than what the system turn says. */
  isEcho(text: string): boolean;
}

/** Makes it ready. Throws AsrError `usage` for what is wrong or contradicts itself. */
export function biasing(tokenizer: Tokenizer, options: BiasOptions): Biasing {
  const { prompt = "", keywords: items = [] } = options;
  const { language, languages } = languageChoice(options);
  const keywords = keywordList(items);
  const trie = new KeywordTrie(tokenizer, keywords);
  const weighted = trie.outside.next.size > 0;
  const text = systemText(tokenizer, prompt, keywords);
  return {
    language,
    systemText: text,
    processor: () => {
      const processors: LogitsProcessor[] = [];
      if (languages !== undefined) processors.push(languageBias(tokenizer, languages));
      const active = language !== undefined;
      if (weighted) processors.push(keywordBias(tokenizer, trie, { active }));
      return processors.length === 0 ? undefined : combine(...processors);
    },
    isEcho: (said) => echoesContext(said, text),
  };
}
