import { type Keyword, keywordList } from "../contract/keywords.ts";
import { languageChoice } from "../contract/languages.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { keywordGuide } from "./keyword-bias.ts";
import { KeywordTrie } from "./keyword-trie.ts";
import { languageGuide } from "./language-bias.ts";
import { combine, type Guide } from "./logit-bias.ts";
import { echoesContext } from "./prompt-echo.ts";
import { systemText } from "./system-text.ts";

/** What a caller says about a recording, beforehand. */
export interface Hints {
  /** Code or name of the language to write; undefined lets the model detect it. */
  readonly language?: string | undefined;
  /** Codes or names of the languages to detect one of. */
  readonly languages?: readonly string[] | undefined;
  /** What to expect: names, terms, the topic. */
  readonly prompt?: string | undefined;
  readonly keywords?: readonly (string | Keyword)[] | undefined;
}

/** Hints made ready for one model, for all chunks of a recording. */
export interface Steering {
  /** Name of the language that the prompt asks for. */
  readonly language: string | undefined;
  /** For the prompt's system turn. */
  readonly systemText: string;
  /** What steers one answer: a new guide for each, or none. */
  guide(): Guide | undefined;
  /** Whether a text is hardly more than what the system turn says. */
  isEcho(text: string): boolean;
}

/** Makes hints ready. Throws AsrError `usage` for those that are wrong or contradict each other. */
export function steering(tokenizer: Tokenizer, hints: Hints): Steering {
  const { prompt = "", keywords: items = [] } = hints;
  const { language, languages } = languageChoice(hints);
  const keywords = keywordList(items);
  const trie = new KeywordTrie(tokenizer, keywords);
  const weighted = trie.outside.next.size > 0;
  const text = systemText(tokenizer, prompt, keywords);
  return {
    language,
    systemText: text,
    guide: () => {
      const guides: Guide[] = [];
      if (languages !== undefined) guides.push(languageGuide(tokenizer, languages));
      const active = language !== undefined;
      if (weighted) guides.push(keywordGuide(tokenizer, trie, { active }));
      return guides.length === 0 ? undefined : combine(...guides);
    },
    isEcho: (said) => echoesContext(said, text),
  };
}
