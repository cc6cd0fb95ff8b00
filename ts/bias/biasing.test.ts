import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { type BiasOptions, biasing } from "./biasing.ts";

const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));
const tag = tokenizer.specialId("<asr_text>");

describe("biasing", () => {
  test("without options leaves all free", () => {
    const { language, systemText, processor, isEcho } = biasing(tokenizer, { language: "auto" });
    expect([language, systemText, processor()]).toEqual([undefined, "", undefined]);
    expect(isEcho("Anna, Emma, Otto")).toBe(false);
  });

  test("holds detection to the languages, then helps the keywords", () => {
    const { processor } = biasing(tokenizer, { languages: ["en", "de"], keywords: ["weather"] });
    const first = processor()!;
    for (const id of [...tokenizer.encodePlain("language German"), tag]) {
      expect(first.bias?.only).toBe(true);
      first.push(id);
    }
    expect(first.bias).toMatchObject({ only: false });
    // Each answer starts anew.
    expect(processor()?.bias?.only).toBe(true);
  });

  test("helps the keywords at once where the prompt names the language", () => {
    const keywords = ["weather"];
    expect(biasing(tokenizer, { language: "en", keywords }).processor()?.bias).toBeDefined();
    expect(biasing(tokenizer, { keywords }).processor()?.bias).toBeUndefined();
    const unweighted = biasing(tokenizer, { keywords: ["weather:0"] });
    expect([unweighted.processor(), unweighted.systemText]).toEqual([undefined, "weather"]);
  });

  test("knows an echo of what it put in the prompt", () => {
    const keywords = ["Anna:2", "Emma", "Otto"];
    const { systemText, isEcho } = biasing(tokenizer, { prompt: "A talk.", keywords });
    expect(systemText).toBe("A talk.\nAnna, Emma, Otto");
    expect(isEcho("Anna, Emma, Otto.")).toBe(true);
    expect(isEcho("Anna met Emma and Otto.")).toBe(false);
  });

  test.each<[BiasOptions, string]>([
    [{ language: "en", languages: ["en"] }, "both given"],
    [{ language: "Germn" }, "did you mean German?"],
    [{ languages: [] }, "empty"],
    [{ keywords: [""] }, "empty"],
  ])("refuses %j", (options, why) =>
    expectAsrError(() => biasing(tokenizer, options), "usage", why),
  );
});
