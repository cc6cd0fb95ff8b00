import { describe, expect, test } from "bun:test";
import { Captions } from "./captions.ts";
import { paragraphsOf, piecesOf, piecesOfTurns } from "./paragraphs.ts";
import { Spoken } from "./spoken.ts";

const ofItem = "conversation.item.input_audio_transcription";

function heard(captions: Captions, id: string, ...events: Record<string, unknown>[]): void {
  for (const { type, ...rest } of events)
    captions.take({
      type: String(type).replace("…", ofItem),
      item_id: id,
      content_index: 0,
      ...rest,
    });
}

/** What the sheet shows, provisional text in brackets. */
function shown(captions: Captions): string {
  return paragraphsOf(piecesOfTurns(captions.turns))
    .map((pieces) =>
      pieces.map(({ text, gap, isProvisional }, index) => {
        return (index === 0 ? "" : gap) + (isProvisional ? `[${text}]` : text);
      }),
    )
    .map((texts) => texts.join(""))
    .join("\n");
}

describe("captions", () => {
  test("settle what was provisional", () => {
    const captions = new Captions();
    heard(captions, "a", { type: "….provisional", text: "Turn own" });
    expect(shown(captions)).toBe("[Turn own]");
    heard(captions, "a", { type: "….delta", delta: "Turn on the" });
    expect(shown(captions)).toBe("Turn on the");
    heard(captions, "a", { type: "….provisional", text: " light" });
    expect(shown(captions)).toBe("Turn on the [light]");
    heard(captions, "a", { type: "….delta", delta: " light" });
    // What may come can begin within a sentence, right after a word.
    heard(captions, "a", { type: "….provisional", text: ". The" });
    expect(shown(captions)).toBe("Turn on the light[. The]");
    heard(captions, "a", { type: "….completed", transcript: "Turn on the light." });
    expect(shown(captions)).toBe("Turn on the light.");
  });

  test("begin a paragraph after a long pause, and none after a short one", () => {
    const captions = new Captions();
    const turn = (id: string, start: number, end: number, transcript: string) =>
      heard(
        captions,
        id,
        { type: "input_audio_buffer.speech_started", audio_start_ms: start },
        { type: "input_audio_buffer.speech_stopped", audio_end_ms: end },
        { type: "….completed", transcript },
      );
    turn("a", 0, 1000, "One.");
    turn("b", 1600, 2000, "Two.");
    turn("c", 4500, 5000, "Three.");
    expect(shown(captions)).toBe("One. Two.\nThree.");
  });

  test("have paragraphs in a turn without a pause", () => {
    const captions = new Captions();
    const sentence = "Version 2.5 of the text is read without a pause. ";
    heard(captions, "a", { type: "….delta", delta: sentence.repeat(40) });
    heard(captions, "a", { type: "….provisional", text: "And so on" });
    const lines = shown(captions).split("\n");
    expect(lines.map((line) => line.length)).toEqual([832, 832, 305]);
    expect(lines.join(" ")).toBe(`${sentence.repeat(40)}[And so on]`);
  });

  test("are read out sentence by sentence, each once", () => {
    const captions = new Captions();
    const spoken = new Spoken();
    const said = (event: Record<string, unknown>) => {
      heard(captions, "a", event);
      return captions.turns.map((turn) => spoken.fresh(turn)).join("|");
    };
    expect(said({ type: "….provisional", text: "One. Two." })).toBe("");
    expect(said({ type: "….delta", delta: "One is" })).toBe("");
    expect(said({ type: "….delta", delta: " 1." })).toBe("One is 1.");
    expect(said({ type: "….delta", delta: " Two is 2.0" })).toBe("");
    expect(said({ type: "….delta", delta: " or so. Three" })).toBe("Two is 2.0 or so.");
    expect(said({ type: "….completed", transcript: "One is 1. Two is 2.0 or so. Three" })).toBe(
      "Three",
    );
  });

  test("write no space between turns of a language that has none", () => {
    const captions = new Captions();
    heard(captions, "a", { type: "….completed", transcript: "今天天气很好。" });
    heard(captions, "b", { type: "….provisional", text: "明天" });
    expect(shown(captions)).toBe("今天天气很好。[明天]");
  });

  test("become a result with the sentences that the server told", () => {
    const captions = new Captions();
    heard(
      captions,
      "a",
      { type: "….segment", id: "seg_1", text: "One.", speaker: "", start: 0.1, end: 0.9 },
      { type: "….segment", id: "seg_2", text: "Two.", speaker: "", start: 1, end: 1.9 },
      { type: "….completed", transcript: "One. Two.", languages: [{ code: "en" }] },
    );
    heard(captions, "b", { type: "….delta", delta: "And what" });
    heard(captions, "b", { type: "….provisional", text: " was" });
    heard(captions, "b", { type: "….failed", error: { message: "broken" } });
    expect(captions.areOpen).toBe(false);
    heard(captions, "c", { type: "….provisional", text: "and more" });
    expect(captions.areOpen).toBe(true);
    const result = captions.result(3.5);
    expect(result).toMatchObject({
      text: "One. Two. And what was and more",
      language: "en",
      duration: 3.5,
      segments: [
        { id: 0, start: 0.1, end: 0.9, text: "One." },
        { id: 1, start: 1, end: 1.9, text: "Two." },
      ],
    });
    // What has no times is not lost.
    expect(piecesOf(result).map(({ text }) => text)).toEqual([
      "One.",
      "Two.",
      "And what was and more",
    ]);
  });

  test("have the words that were settled, also of a turn that broke off", () => {
    const captions = new Captions();
    const words = ["One", "two.", "Three"].map((word, index) => {
      return { word, start: index, end: index + 0.9, probability: 0.8, estimated: true };
    });
    const told = words.map(({ word: text, ...rest }) => ({ text, ...rest }));
    const [one, two, three] = words;
    const segment = { id: "seg_1", speaker: "", start: 0, end: 1.9, text: "One two." };
    heard(
      captions,
      "a",
      { type: "….delta", delta: "One two." },
      { type: "….words", words: [one] },
      { type: "….words", words: [two] },
      { type: "….segment", ...segment, words: [one, two] },
      { type: "….completed", transcript: "One two.", words: [one, two] },
    );
    heard(captions, "b", { type: "….delta", delta: "Three and" });
    heard(captions, "b", { type: "….words", words: [three] });
    expect(captions.result(4).segments).toMatchObject([
      { text: "One two.", words: told.slice(0, 2), estimated: true },
      { text: "Three and", start: 2, end: 2.9, words: told.slice(2) },
    ]);
  });

  test("pass over what tells nothing of a turn", () => {
    const captions = new Captions();
    expect(captions.take({ type: "session.created" })).toBeUndefined();
    expect(captions.take({ type: 5, item_id: "a" })).toBeUndefined();
    expect(captions.turns).toEqual([]);
  });
});
