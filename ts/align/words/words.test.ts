import { describe, expect, test } from "bun:test";
import { spokenWords } from "./words.ts";

/** What is read, and in brackets what it stands for in the text where that is another text. */
function shown(text: string, language = "English"): string[] {
  return spokenWords(text, language).map(({ from, to, spoken }) => {
    const surface = text.slice(from, to);
    return surface === spoken ? spoken : `${spoken} [${surface}]`;
  });
}

describe("what is read", () => {
  test.each([
    ["Turn on the light", ["Turn", "on", "the", "light"]],
    ["twenty-five, 3.14", ["twentyfive [twenty-five,]", "314 [3.14]"]],
    ["don't don’t", ["don't", "dont [don’t]"]],
    ["cafe\u0301 café", ["cafe [cafe\u0301]", "café"]],
    ["x² ½ Ⅷ ٣", ["x²", "½", "Ⅷ", "٣"]],
    ["a\u00a0b\u3000c\u200bd\u0085e", ["a", "b", "cd [c\u200bd\u0085]", "e"]],
    ["a\x1cb", ["a [a\x1c]", "b"]],
    ["", []],
    [" … — 👍 ", []],
  ])("of %j", (text, words) => expect(shown(text)).toEqual(words));
});

describe("Chinese characters are words of their own", () => {
  test.each([
    ["东京2024年1月31日。", ["东", "京", "2024", "年", "1", "月", "31", "日 [日。]"]],
    ["AI-based系统", ["AIbased [AI-based]", "系", "统"]],
    ["用Python写 code", ["用", "Python", "写", "code"]],
    ["Hello，world", ["Helloworld [Hello，world]"]],
    ["𠀀𠮷㐀豈", ["𠀀", "𠮷", "㐀", "豈"]],
    ["ひらがな東ラ京안녕", ["ひらがな", "東", "ラ", "京", "안녕"]],
    ["々〆〇", ["々〆〇"]],
    ["\u{2CEB0}\u{2F800}", ["\u{2CEB0}\u{2F800}"]],
  ])("in %s", (text, words) => expect(shown(text, "Chinese")).toEqual(words));
});

test("Thai has words, though it writes no spaces between them", () => {
  const text = "สวัสดีครับ วันนี้อากาศดี!";
  const parts = spokenWords(text, "Thai").map(({ from, to }) => text.slice(from, to));
  expect(parts).toEqual(["สวัสดี", "ครับ", "วัน", "นี้", "อากาศ", "ดี!"]);
});

describe("what is not read goes", () => {
  test.each([
    ["(Hello,) “world”!", ["Hello [(Hello,)]", "world [“world”!]"]],
    ["« Bonjour »", ["Bonjour [« Bonjour »]"]],
    ["il dit : « oui » !", ["il", "dit [dit :]", "oui [« oui » !]"]],
    ["one — two", ["one [one —]", "two"]],
    ["one\n— two", ["one", "two [— two]"]],
    ["他说：“你好”", ["他", "说 [说：]", "你 [“你]", "好 [好”]"]],
    ["葛\u{E0100}城", ["葛 [葛\u{E0100}]", "城"]],
    ["¿Qué? ¡No!", ["Qué [¿Qué?]", "No [¡No!]"]],
    ["👍🏽 ok 👨‍👩‍👧", ["ok [👍🏽 ok 👨‍👩‍👧]"]],
    ["\ud800a\udc00", ["a [\ud800a\udc00]"]],
  ])("with a word in %s", (text, words) => expect(shown(text, "French")).toEqual(words));

  test.each(["Chinese", "Japanese", "Korean", "Arabic"])("with a word, in %s too", (language) => {
    const texts = [
      "「今日は、天気がいい」(本当)！ ",
      "  오늘은 날씨가, 좋네요. (정말) ",
      "— مَرْحَبًا، كيف 'حالك'؟",
      "3,14 % \t\n “q” ( x )\u2028…",
      "((((( [ « 你 » ] )))))",
    ];
    for (const text of texts) {
      const words = spokenWords(text, language);
      expect(words.length).toBeGreaterThan(0);
      let past = 0;
      for (const { from, to, spoken } of words) {
        expect(text.slice(past, from)).toMatch(/^\s*$/u);
        expect(text.slice(from, to)).toMatch(/^\S(?:.*\S)?$/su);
        expect(spoken).toMatch(/^[\p{L}\p{N}']+$/u);
        past = to;
      }
      expect(text.slice(past)).toMatch(/^\s*$/u);
    }
  });
});

test("Japanese is cut without spaces, Korean at them", () => {
  expect(shown("今日は天気がいい。", "Japanese").length).toBeGreaterThan(3);
  expect(shown("AI시대 漢字를, 씁니다", "Korean")).toEqual([
    "AI시대",
    "漢字를 [漢字를,]",
    "씁니다",
  ]);
});

test("a text of brackets alone takes no long time", () => {
  const text = `a${"( ".repeat(5000)}${"(".repeat(5000)} b`;
  expect(shown(text)).toHaveLength(2);
});
