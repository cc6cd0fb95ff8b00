import { expect, test } from "bun:test";
import { echoesContext } from "./prompt-echo.ts";

const names = "Anna, Peter, Kubernetes, New York, Qwen3-ASR, O'Neill, Zoë, 张伟";
const chinese = "北京、上海、张伟、通义千问";

test.each([
  ["the whole list", names, names],
  ["in other case and punctuation", "anna. PETER. kubernetes! new york", names],
  ["from the middle", "Kubernetes, New York, Qwen3-ASR, O'Neill.", names],
  ["with an apostrophe of the other kind", "New York, Qwen3 ASR, O’Neill", names],
  ["in a loop", `${"Anna, Peter, Kubernetes, ".repeat(3)} Anna, Peter`, names],
  ["with an entry left out", "Anna, Peter, Kubernetes, Qwen3-ASR, O'Neill, Zoë, 张伟.", names],
  ["with a word before it", "So Anna, Peter, Kubernetes, New York, Qwen3-ASR", names],
  ["Chinese", "北京上海张伟。", chinese],
  ["behind prose", "Anna, Peter, Kubernetes.", `A talk about ships.\n${names}`],
])("an echo: %s", (_, text, context) => expect(echoesContext(text, context)).toBe(true));

test.each([
  ["nothing", "", names],
  ["no list", "Anna, Peter, Kubernetes", ""],
  ["two names", "Anna, Peter.", names],
  ["two names of a list of two", "Anna, Peter.", "Anna, Peter"],
  ["names in another order", "Kubernetes, Anna, New York, Peter", names],
  ["names in a sentence", "I met Anna, Peter, Kubernetes fans and a man from the office", names],
  ["a list with other words", "Anna came, Peter went, Kubernetes stayed", names],
  ["a longer word", "Annabel Peterson Kubernetesville", names],
  ["Chinese speech", "张伟从北京到上海去了", chinese],
  [
    "prose that the context holds",
    "we shall talk about ships that sail, about winds that blow to sea",
    "we shall talk about ships that sail, about winds that blow to sea",
  ],
])("no echo: %s", (_, text, context) => expect(echoesContext(text, context)).toBe(false));

test("long lists and transcripts take no time", () => {
  const list = Array.from({ length: 10_000 }, (_, i) => `new word${i}`).join(", ");
  const text = "new word ".repeat(1000);
  const started = performance.now();
  expect(echoesContext(text, list)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});
