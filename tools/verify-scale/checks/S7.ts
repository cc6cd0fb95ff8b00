import { readFileSync } from "node:fs";
import { demoSample } from "../../../ts/native/locate.ts";
import { RealtimeClient } from "../../../ts/testing/realtime-client.ts";
import { WyomingTestClient } from "../../../ts/testing/wyoming.ts";
import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";

/** Longer than any time after which the proxy, or the server, ends what is not a session. */
const idleSeconds = 75;

export const check: ScaleCheck = {
  name: "S7",
  title: "live sessions and Wyoming pass the proxy, silent ones too, and are told of an end",
  async run() {
    await using fleet = await Fleet.start();
    const wyoming = await askWyoming(fleet.wyomingPort);
    const address = `${fleet.url.replace("http", "ws")}/v1/realtime?intent=transcription`;
    using client = new RealtimeClient(address);
    await client.next("session.created");
    await client.update({ turn_detection: null, format: { type: "audio/pcm", rate: 16_000 } });
    await Bun.sleep(idleSeconds * 1000);
    const text = await say(client);
    const stopped = Promise.all(fleet.replicas.map((replica) => replica.stop()));
    const end = await client.end();
    await stopped;
    const { error } = client.events.at(-1) as unknown as { error?: { code?: string } };
    const figures = [
      `Wyoming: ${wyoming}`,
      `after ${idleSeconds} s of silence: ${text}`,
      `at the end: ${error?.code}, closed with ${end.code}`,
    ];
    const isTold = error?.code === "server_shutting_down" && end.code === 1001;
    const areHeard = [wyoming, text].every((heard) => heard.includes("kitchen"));
    return { passed: isTold && areHeard, figures: figures.join("; ") };
  },
};

const samples = readFileSync(demoSample).subarray(44);

async function say(client: RealtimeClient): Promise<string> {
  client.append(samples);
  client.commit();
  const told = await client.next("conversation.item.input_audio_transcription.completed");
  return String(told["transcript"]);
}

async function askWyoming(port: number): Promise<string> {
  using client = await WyomingTestClient.connect(port);
  const format = { rate: 16_000, width: 2, channels: 1 };
  client.send("transcribe", {});
  client.send("audio-start", format);
  client.send("audio-chunk", format, samples);
  client.send("audio-stop", {});
  let told = await client.next();
  while (told !== undefined && told.type !== "transcript") told = await client.next();
  return String(told?.data["text"]);
}
