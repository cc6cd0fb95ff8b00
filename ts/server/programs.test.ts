import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { loadAudio } from "../audio/open.ts";
import type { Transcript } from "../contract/transcript.ts";
import { demoSample } from "../native/locate.ts";
import { dotnetPrograms } from "../testing/clients/dotnet-programs.ts";
import {
  aiSdkProtocols,
  aiSdkSession,
  javascriptPrograms,
  preflightOfObsidian,
} from "../testing/clients/javascript-programs.ts";
import { pythonPrograms } from "../testing/clients/python-programs.ts";
import { sendOnWire } from "../testing/clients/wire.ts";
import { pcmAt24k } from "../testing/pcm.ts";
import { ServerProcess } from "../testing/server-process.ts";
import { transcribe } from "../transcribe.ts";

const programs = [...javascriptPrograms, ...dotnetPrograms, ...pythonPrograms];

let server: ServerProcess;
let recording: Uint8Array;
let transcript: Transcript;
/** The same with the times of words, from which those of its segments follow. */
let timed: Transcript;
beforeAll(async () => {
  server = await ServerProcess.start(["--allow-origin", "app://obsidian.md"]);
  recording = await Bun.file(demoSample).bytes();
  transcript = await transcribe(demoSample, { model: "demo" });
  timed = await transcribe(demoSample, { model: "demo", words: "auto" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe("programs that were written for OpenAI are answered so that they understand:", () => {
  test.each(programs.map((program) => [program.name, program] as const))(
    "%s",
    async (_, { request, read }) => {
      const understood = await read(await sendOnWire(server.url, request(recording)));
      expect(understood.text).toBe(transcript.text);
      const { duration, segments, words, language } = understood;
      const { segments: expected } = words === undefined ? transcript : timed;
      if (words !== undefined) {
        const own = timed.segments.flatMap((segment) => segment.words ?? []);
        expect(words.map(({ word }) => word)).toEqual(own.map(({ text }) => text));
        expect(words.map(({ start }) => start)).toEqual(own.map(({ start }) => start));
      }
      if (duration !== undefined) expect(duration).toBeCloseTo(transcript.duration, 3);
      if (segments !== undefined) {
        expect(segments.map(({ text }) => text.trim())).toEqual(expected.map(({ text }) => text));
        for (const [i, { start, end }] of segments.entries()) {
          expect(start).toBeCloseTo(expected[i]!.start, 2);
          expect(end).toBeCloseTo(expected[i]!.end, 2);
        }
      }
      if (language !== undefined) expect(["en", "english"]).toContain(language);
    },
  );

  test("those that ask for words have them", async () => {
    const names = ["openai-node 7.5 with a file's stream", "Subtitle Edit"];
    for (const { name, request, read } of programs) {
      const { words } = await read(await sendOnWire(server.url, request(recording)));
      expect([name, words?.length]).toEqual([name, names.includes(name) ? 15 : undefined]);
    }
  });

  test("the AI SDK hears the language, the length and the segments", async () => {
    const program = javascriptPrograms.find(({ name }) => name === "AI SDK with whisper-1")!;
    const answer = await sendOnWire(server.url, program.request(recording));
    const understood = await program.read(answer);
    expect(understood.language).toBe("en");
    expect(understood.segments).toHaveLength(transcript.segments.length);
    expect(understood.duration).toBeDefined();
  });
});

test("the AI SDK hears all of a live stream with the first turn that is completed", async () => {
  const { samples } = await loadAudio(demoSample);
  const sound = pcmAt24k(samples);
  const url = `${server.url.replace("http", "ws")}/v1/realtime?intent=transcription`;
  const socket = new WebSocket(url, aiSdkProtocols);
  const prefix = "conversation.item.input_audio_transcription";
  let deltas = "";
  const text = await new Promise<string>((resolve, reject) => {
    socket.onopen = () => {
      socket.send(JSON.stringify(aiSdkSession));
      for (let at = 0; at < sound.length; at += 24_000) {
        const audio = Buffer.from(sound.subarray(at, at + 24_000)).toString("base64");
        socket.send(JSON.stringify({ type: "input_audio_buffer.append", audio }));
      }
      socket.send(JSON.stringify({ type: "input_audio_buffer.commit" }));
    };
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "error") reject(new Error(data));
      if (event.type === `${prefix}.delta`) deltas += event.delta;
      if (event.type === `${prefix}.completed`) resolve(event.transcript);
    };
    socket.onclose = () => reject(new Error("the server hung up"));
  });
  socket.close();
  expect([text, deltas]).toEqual([transcript.text, transcript.text]);
});

describe("a page of another origin", () => {
  const program = javascriptPrograms.find(({ name }) => name.startsWith("Obsidian"))!;

  test("is told beforehand that it may send its key, and may read the answer", async () => {
    const asked = await sendOnWire(server.url, preflightOfObsidian);
    expect(asked.status).toBe(204);
    const allowed = (name: string) => asked.headers.get(`access-control-allow-${name}`);
    expect(allowed("origin")).toBe("app://obsidian.md");
    expect(allowed("methods")).toContain("POST");
    expect(allowed("headers")?.toLowerCase()).toContain("authorization");
    expect(allowed("private-network")).toBe("true");
    const answer = await sendOnWire(server.url, program.request(recording));
    expect(answer.headers.get("access-control-allow-origin")).toBe("app://obsidian.md");
  });

  test("that was not allowed is refused, with the flag that allows it", async () => {
    const { head, ...rest } = program.request(recording);
    const strange = head.map((line) => line.replace("app://obsidian.md", "https://example.com"));
    const answer = await sendOnWire(server.url, { ...rest, head: strange });
    expect(answer.status).toBe(403);
    const type = "permission_error";
    const message = expect.stringContaining("--allow-origin");
    const error = expect.objectContaining({ type, code: "origin_not_allowed", message });
    expect(await answer.json()).toEqual({ error });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});
