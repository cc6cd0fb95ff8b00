import { expect, test } from "bun:test";
import { HearingRecognizer } from "../../testing/hearing-recognizer.ts";
import { ScriptedModels, scriptedServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { Connection } from "./connection.ts";
import { EventReader, encodedEvent, type WyomingEvent } from "./framing.ts";

const format = { rate: 16_000, width: 2, channels: 1 };

/** All that a client says in good order. */
const conversation = Buffer.concat([
  encodedEvent("describe"),
  encodedEvent("ping", { text: "hello" }),
  encodedEvent("transcribe", { language: "en", transcript_names: ["Ada"], name: "demo" }),
  encodedEvent("audio-start", { ...format, timestamp: 0 }),
  Buffer.from(
    `{"type":"audio-chunk","data":${JSON.stringify(format)},"payload_length":8}\n12345678`,
  ),
  Buffer.from('{"type":"audio-chunk","data_length":12,"payload_length":4}\n{"width": 2}1234'),
  encodedEvent("audio-stop"),
  encodedEvent("audio-start", { rate: 8000, width: 3, channels: 2 }),
  Buffer.from('{"type":"audio-chunk","data":{},"payload_length":6}\n123456'),
  encodedEvent("audio-stop"),
]);

/** What stands in a mutant, where a number or a word was. */
const pieces = [
  "-1",
  "null",
  "1e99",
  "[]",
  "{",
  '"',
  "\n",
  "\0",
  "\xff",
  "audio-stop",
  "9".repeat(40),
];

test("whatever comes is answered or refused, and leaves nothing behind", async () => {
  const random = seededRandom(1);
  const below = (limit: number) => Math.floor(random() * limit);
  const recognizer = new HearingRecognizer();
  const models = new ScriptedModels(recognizer);
  const context = { ...scriptedServer([]).context, models };
  let refused = 0;
  for (let round = 0; round < 2000; round++) {
    let bytes: Buffer = conversation;
    for (let change = below(4); change >= 0; change--) {
      const [from, length] = [below(bytes.length), below(12)];
      const piece = Buffer.from(pieces[below(pieces.length)]!, "latin1");
      bytes = Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(from + length)]);
    }
    const told: WyomingEvent[] = [];
    const sink = { event: (event: WyomingEvent) => void told.push(event), payload() {} };
    const reader = new EventReader(sink, { maxPayloadLength: 0 });
    let isEnded = false;
    const connection = new Connection(context, {
      write: (part) => reader.push(part),
      end: () => {
        isEnded = true;
      },
      pause() {},
      resume() {},
    });
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + below(200);
      connection.receive(bytes.subarray(at, end));
      at = end;
    }
    if (round % 2 === 0) await Bun.sleep(0);
    connection.leave();
    expect(isEnded).toBe(told.at(-1)?.type === "error");
    if (isEnded) refused++;
  }
  await until(() => recognizer.running === 0 && models.lent === 0);
  // Most changes break something, and some do not.
  expect(refused).toBeGreaterThan(1000);
  expect(refused).toBeLessThan(1990);
});
