import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { keywordList } from "../contract/keywords.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { systemText } from "./system-text.ts";

describe("systemText", async () => {
  const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));
  const names = keywordList(["Anna", "Emma:5", "Otto:0", "Damn:-3"]);

  test("holds the context and the words that are wanted", () => {
    expect(systemText(tokenizer, "", [])).toBe("");
    expect(systemText(tokenizer, "A talk.", [])).toBe("A talk.");
    expect(systemText(tokenizer, "", names)).toBe("Anna, Emma, Otto");
    expect(systemText(tokenizer, "A talk.", names)).toBe("A talk.\nAnna, Emma, Otto");
  });

  test("leaves out a list beyond the limit, never the context", () => {
    const tokens = tokenizer.encodePlain("Anna, Emma, Otto").length;
    expect(systemText(tokenizer, "", names, tokens)).toBe("Anna, Emma, Otto");
    expect(systemText(tokenizer, "A talk.", names, tokens - 1)).toBe("A talk.");
    const many = keywordList(Array.from({ length: 10_000 }, (_, i) => `word${i}`));
    expect(systemText(tokenizer, "A talk.", many)).toBe("A talk.");
  });
});
