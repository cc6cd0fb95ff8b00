import { expect, test } from "bun:test";
import type { StreamEvent } from "../contract/events.ts";
import { joinTexts } from "../text/joining.ts";
import { Publisher } from "./publisher.ts";

function chunk(text: string) {
  const finishReason = "eos" as const;
  return { start: 0, end: 1, text, language: "", pieces: [], speech: [], finishReason };
}

test.each([
  ["words", ["Hello there", "how are you?", "Fine."]],
  ["Chinese", ["你好。", "今天", "“天气”很好", "and English", "“好”"]],
  ["nothing between", ["One.", "", "Two.", ""]],
  ["quotes", ['"Yes," he said.', '"No."']],
])("deltas joined are the text: %s", (_, texts) => {
  let said = "";
  const publisher = new Publisher((event) => {
    if (event.type === "delta") said += event.text;
  });
  for (const text of texts) {
    // Every beginning is settled once.
    for (let length = 0; length <= text.length; length++) publisher.settled(text.slice(0, length));
    publisher.final(chunk(text));
  }
  expect(said).toBe(texts.reduce(joinTexts, ""));
});

test("a partial goes on from what was told", () => {
  const events: StreamEvent[] = [];
  const publisher = new Publisher((event) => events.push(event));
  publisher.settled("One two ");
  publisher.partial("One two three");
  publisher.final(chunk("One two four."));
  publisher.partial("Five");
  expect(events.map((event) => ("text" in event ? [event.type, event.text] : []))).toEqual([
    ["delta", "One two"],
    ["partial", " three"],
    ["delta", " four."],
    ["final", "One two four."],
    ["partial", " Five"],
  ]);
});
