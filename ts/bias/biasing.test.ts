import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { type Hints, steering } from "./biasing.ts";

const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));
const tag = tokenizer.specialId("<asr_text>");

describe("steering", () => {
  test("without hints leaves all free", () => {
    const { language, systemText, guide, isEcho } = steering(tokenizer, { language: "auto" });
    expect([language, systemText, guide()]).toEqual([undefined, "", undefined]);
    expect(isEcho("Anna, Emma, Otto")).toBe(false);
  });

  test("holds detection to the languages, then helps the keywords", () => {
    const { guide } = steering(tokenizer, { languages: ["en", "de"], keywords: ["weather"] });
    const first = guide()!;
    for (const id of [...tokenizer.encodePlain("language German"), tag]) {
      expect(first.bias?.only).toBe(true);
      first.push(id);
    }
    expect(first.bias).toMatchObject({ only: false });
    // Each answer starts anew.
    expect(guide()?.bias?.only).toBe(true);
  });

  test("helps the keywords at once where the prompt names the language", () => {
    const keywords = ["weather"];
    expect(steering(tokenizer, { language: "en", keywords }).guide()?.bias).toBeDefined();
    expect(steering(tokenizer, { keywords }).guide()?.bias).toBeUndefined();
    const unweighted = steering(tokenizer, { keywords: ["weather:0"] });
    expect([unweighted.guide(), unweighted.systemText]).toEqual([undefined, "weather"]);
  });

  test("knows an echo of what it put in the prompt", () => {
    const keywords = ["Anna:2", "Emma", "Otto"];
    const { systemText, isEcho } = steering(tokenizer, { prompt: "A talk.", keywords });
    expect(systemText).toBe("A talk.\nAnna, Emma, Otto");
    expect(isEcho("Anna, Emma, Otto.")).toBe(true);
    expect(isEcho("Anna met Emma and Otto.")).toBe(false);
  });

  test.each<[Hints, string]>([
    [{ language: "en", languages: ["en"] }, "both given"],
    [{ language: "Germn" }, "did you mean German?"],
    [{ languages: [] }, "empty"],
    [{ keywords: [""] }, "empty"],
  ])("refuses %j", (hints, why) => expectAsrError(() => steering(tokenizer, hints), "usage", why));
});
