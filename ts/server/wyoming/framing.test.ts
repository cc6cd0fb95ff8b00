import { describe, expect, test } from "bun:test";
import { Problem } from "../http/problem.ts";
import { EventReader, encodedEvent, maxDataLength, maxHeaderLength } from "./framing.ts";

type Told = [type: string, data: object, payloadLength: number, payload: string];

/** What is told of bytes that come in parts of so many. */
function read(bytes: Uint8Array, partLength = bytes.length): Told[] {
  const told: Told[] = [];
  const sink = {
    event: ({ type, data }: { type: string; data: object }, payloadLength: number) =>
      void told.push([type, data, payloadLength, ""]),
    payload(part: Uint8Array) {
      told.at(-1)![3] += Buffer.from(part).toString();
    },
  };
  const reader = new EventReader(sink, { maxPayloadLength: 1000 });
  for (let at = 0; at < bytes.length; at += partLength) {
    reader.push(bytes.subarray(at, at + partLength));
  }
  return told;
}

test("events are the same, however their bytes are parted", () => {
  const stream = Buffer.concat([
    encodedEvent("describe"),
    encodedEvent("transcribe", { language: "日本語" }),
    Buffer.from('{"type":"audio-chunk","data":{"rate":1,"width":2},"data_length":12,'),
    Buffer.from('"payload_length":7}\n{"width": 3}pay\nlo\n'),
    Buffer.from('{"type": "ping", "data": null, "data_length": null, "payload_length": 0}\r\n'),
    Buffer.from('{"version": "1.10.2", "type": "x", "payload_length": 3}\nabc'),
    encodedEvent("audio-stop"),
  ]);
  const expected: Told[] = [
    ["describe", {}, 0, ""],
    ["transcribe", { language: "日本語" }, 0, ""],
    ["audio-chunk", { rate: 1, width: 3 }, 7, "pay\nlo\n"],
    ["ping", {}, 0, ""],
    ["x", {}, 3, "abc"],
    ["audio-stop", {}, 0, ""],
  ];
  for (const length of [1, 2, 3, 7, 50, stream.length]) {
    expect(read(stream, length)).toEqual(expected);
  }
});

describe("what is no event is refused:", () => {
  const line = (header: object) => `${JSON.stringify(header)}\n`;
  test.each([
    ["\n", "is no JSON"],
    ["GET / HTTP/1.1\r\n", "is no JSON"],
    [`${"[".repeat(60_000)}\n`, "is no"],
    ["[]\n", "is no object"],
    ["null\n", "is no object"],
    ["{}\n", "its type is no text"],
    [line({ type: 1 }), "its type is no text"],
    [line({ type: "x", data: [] }), "its data are no object"],
    [line({ type: "x", data_length: -1 }), "its data_length is no length"],
    [line({ type: "x", data_length: "12" }), "its data_length is no length"],
    [line({ type: "x", payload_length: 1.5 }), "its payload_length is no length"],
    [line({ type: "x", payload_length: 1e300 }), "its payload_length is no length"],
    [line({ type: "x", data_length: maxDataLength + 1 }), `longer than ${maxDataLength}`],
    [line({ type: "x", payload_length: 1001 }), "longer than 1000"],
    [`${line({ type: "x", data_length: 2 })}[]`, "is no object"],
    [`${line({ type: "x", data_length: 3 })}{]}`, "is no JSON"],
    ["x".repeat(maxHeaderLength + 1), `longer than ${maxHeaderLength}`],
  ])("%.40s", (text, why) => {
    expect(() => read(Buffer.from(text))).toThrow(why);
    expect(() => read(Buffer.from(text), 1000)).toThrow(Problem);
  });

  test("a line that is no UTF-8", () => {
    expect(() => read(Buffer.from('{"type": "\xff"}\n', "latin1"))).toThrow("is no JSON");
  });
});
