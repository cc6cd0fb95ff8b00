import { afterEach, describe, expect, jest, test } from "bun:test";
import {
  countingServer,
  manualClient,
  RealtimeClient,
  sound,
} from "../../testing/realtime-client.ts";

const ofItem = "conversation.item.input_audio_transcription";
const path = "/v1/realtime?intent=transcription";

test("clients of the form before are spoken to in it", async () => {
  await using server = countingServer().server;
  using client = new RealtimeClient(server.address + path, [], { "openai-beta": "realtime=v1" });
  expect(await client.next("transcription_session.created")).toMatchObject({
    session: { input_audio_format: "pcm16", turn_detection: { type: "server_vad" } },
  });
  const session = { input_audio_format: "g711_alaw", turn_detection: null };
  client.send({ type: "transcription_session.update", session });
  expect(await client.next("transcription_session.updated")).toMatchObject({ session });
  client.append(new Uint8Array(4000));
  client.commit();
  const { item_id } = await client.next("input_audio_buffer.committed");
  const created = await client.next("conversation.item.created");
  expect(created).toMatchObject({ previous_item_id: null, item: { id: item_id, role: "user" } });
  expect(await client.next(`${ofItem}.completed`)).toMatchObject({ item_id, transcript: "1" });
});

test("who waits no longer for somebody to speak is told of the silence", async () => {
  await using server = countingServer().server;
  const turn_detection = { type: "server_vad", idle_timeout_ms: 1000 };
  using client = await manualClient(server, { turn_detection });
  client.append(new Uint8Array(32_000 * 1.5));
  const { item_id, ...told } = await client.next("input_audio_buffer.timeout_triggered");
  expect(told).toMatchObject({ audio_start_ms: 0, audio_end_ms: 1000 });
  expect(await client.next("input_audio_buffer.committed")).toMatchObject({ item_id });
  expect(await client.next(`${ofItem}.completed`)).toMatchObject({ item_id, transcript: "1 2" });
  expect(client.events.some(({ type }) => type.includes("speech"))).toBe(false);
});

describe("a turn of which no more comes", () => {
  afterEach(() => void jest.useRealTimers());

  test.each([
    ["by silence", { turn_detection: { type: "server_vad" } }, 5, 1],
    ["by itself", {}, 300, 0],
  ])("ends %s", async (_, input, seconds, stops) => {
    await using server = countingServer().server;
    using client = await manualClient(server, input);
    jest.useFakeTimers();
    client.append(sound(1));
    await client.next(`${ofItem}.delta`);
    jest.advanceTimersByTime(seconds * 1000 - 1);
    expect(client.events.some(({ type }) => type.endsWith("committed"))).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1 2" });
    const stopped = client.events.filter(({ type }) => type.endsWith("speech_stopped"));
    expect(stopped.length).toBe(stops);
  });
});
