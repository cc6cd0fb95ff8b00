import { expect, test } from "bun:test";
import { AsrError } from "../contract/errors.ts";
import { closeBlocks, streamBlocks } from "./blocks.ts";
import { classify } from "./input.ts";

const never = () => new Promise<never>(() => undefined);

test.each([
  ["bytes", (stream: ReadableStream<Uint8Array>) => stream],
  ["samples", (stream: ReadableStream<Uint8Array>) => ({ stream, sampleRate: 16_000 })],
])("a stream of %s that stalls can be closed, and is cancelled", async (_, input) => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(8)),
    pull: never,
    cancel: () => {
      cancelled = true;
    },
  });
  const content = classify(input(stream)).content!;
  expect((await content.blocks.next()).value?.byteLength).toBeGreaterThan(0);
  const pending = content.blocks.next();
  closeBlocks(content);
  expect(cancelled).toBe(true);
  expect((await pending).value).toBeUndefined();
});

test("so can a generator that waits for what never comes", async () => {
  async function* stalled() {
    yield new Uint8Array(8);
    await never();
  }
  const content = classify(stalled()).content!;
  await content.blocks.next();
  void content.blocks.next();
  closeBlocks(content);
});

test("a stream that is a folder, as standard input may be, is told as that", () => {
  const stream = Bun.file(import.meta.dir).stream();
  const message = "standard input: is a folder";
  expect(() => streamBlocks(stream, "standard input")).toThrow(new AsrError("input", message));
});
