import { expect, test } from "bun:test";
import { EventLines } from "./event-lines.ts";

const stream =
  'event: transcript.text.delta\ndata: {"delta":"é"}\n\n' +
  ": still at work\n\n" +
  "data: one\r\ndata:two\r\n\r\n" +
  "data: [DONE]\n\n";
const events = ['{"delta":"é"}', "one\ntwo", "[DONE]"];

test("events come whole, whatever pieces they arrive in", () => {
  for (let size = 1; size <= stream.length; size++) {
    const lines = new EventLines();
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size)
      found.push(...lines.push(stream.slice(at, at + size)));
    expect(found).toEqual(events);
  }
});

test("an event that was not ended is none yet", () => {
  const lines = new EventLines();
  expect(lines.push("data: half\n")).toEqual([]);
  expect(lines.push("\n")).toEqual(["half"]);
});
