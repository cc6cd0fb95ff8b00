import { describe, expect, test } from "bun:test";
import { columns } from "./columns.ts";

const ofBun = (text: string) => Bun.stringWidth(text, { countAnsiEscapeCodes: true });

describe("the columns of a text are those that Bun tells", () => {
  test("for every character that has a meaning", () => {
    const different: string[] = [];
    for (let code = 0; code < 0x30000; code++) {
      const character = String.fromCodePoint(code);
      if (/[\p{Cn}\p{Cs}\p{Co}]/u.test(character)) continue;
      if (columns(character) !== ofBun(character)) different.push(code.toString(16));
    }
    // The square around a key, which nobody writes without a digit before it.
    expect(different).toEqual(["20e3"]);
  });

  test.each([
    "Turn on the light.",
    "今天天气很好，我们去公园。",
    "カタカナとｶﾀｶﾅ",
    "한국어 문장입니다",
    "नमस्ते दुनिया, क्षत्रिय",
    "สวัสดีครับ ประเทศไทย",
    "فارسی‌زبان و العربية",
    "Việt Nam e\u0301",
    "👨‍👩‍👧‍👦 ❤️ 🇩🇪 1️⃣ 👍🏽",
    "tab\tand \u001b[31mcontrols\u0007",
  ])("for %j", (text) => {
    expect(columns(text)).toBe(ofBun(text));
  });
});
