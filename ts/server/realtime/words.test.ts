import { describe, expect, test } from "bun:test";
import { countingServer, manualClient, sound } from "../../testing/realtime-client.ts";
import { includes } from "./settings.ts";

const ofItem = "conversation.item.input_audio_transcription";

/** The word of a half second of a turn that begins at `offset`, as the wire tells it. */
function word(number: number, offset = 0) {
  const start = offset + (number - 1) / 2;
  return {
    word: `${number}`,
    start,
    end: start + 0.5,
    probability: Math.exp(-0.5),
    estimated: true,
  };
}

describe("words", () => {
  test("are told as they are settled, and again with what they are of", async () => {
    const { recognizer, server: made } = countingServer({ words: "attention" });
    await using server = made;
    using client = await manualClient(server);
    await client.update({}, { include: [includes.words, includes.segments] });
    // Before the turn is over: the last word may still go on.
    client.append(sound(1.5));
    expect(await client.next(`${ofItem}.words`)).toMatchObject({
      item_id: expect.stringMatching(/^item_/),
      content_index: 0,
      words: [word(1)],
    });
    expect(await client.next(`${ofItem}.words`)).toMatchObject({ words: [word(2)] });
    client.commit();
    expect(await client.next(`${ofItem}.words`)).toMatchObject({ words: [word(3)] });
    const words = [1, 2, 3].map((number) => word(number));
    const segment = await client.next(`${ofItem}.segment`);
    expect(segment).toMatchObject({ text: "1 2 3", start: 0, end: 1.5, words });
    const completed = await client.next(`${ofItem}.completed`);
    expect(completed).toMatchObject({ transcript: "1 2 3", words });
    expect(recognizer.streams[0]!.options.words).toBe("attention");
    // Each is told once before the end, in order.
    const told = client.events.filter(({ type }) => type === `${ofItem}.words`);
    expect(told.flatMap((event) => event["words"])).toEqual(words);
  });

  test("of a later turn have times of the session", async () => {
    await using server = countingServer().server;
    using client = await manualClient(server);
    await client.update({}, { include: [includes.words] });
    client.append(sound(0.75));
    client.commit();
    await client.next(`${ofItem}.completed`);
    client.append(sound(1));
    client.commit();
    const words = [word(1, 0.75), word(2, 0.75)];
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ words });
  });

  test("are not told to those who do not ask for them", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    await client.update({}, { include: [includes.segments] });
    client.append(sound(1));
    client.commit();
    const segment = await client.next(`${ofItem}.segment`);
    const completed = await client.next(`${ofItem}.completed`);
    for (const event of [segment, completed]) expect(event).not.toHaveProperty("words");
    expect(client.events.map(({ type }) => type)).not.toContain(`${ofItem}.words`);
    expect(recognizer.streams[0]!.options.words).toBeUndefined();
  });

  test("that nobody can time are left out, and the turn says so", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    recognizer.wordless = "this model has no alignment heads";
    using client = await manualClient(server);
    await client.update({}, { include: [includes.words, includes.segments] });
    client.append(sound(1));
    client.commit();
    expect(await client.next(`${ofItem}.segment`)).not.toHaveProperty("words");
    const completed = await client.next(`${ofItem}.completed`);
    const notes = ["words have no times here: this model has no alignment heads"];
    expect(completed).toMatchObject({ transcript: "1 2", words: [], bun_asr: { notes } });
  });
});
