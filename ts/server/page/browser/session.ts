import { recordIn } from "./records.ts";
import { address, errorIn, key, type Settings } from "./service.ts";

/** What is told of a live session. */
export interface SessionEvents {
  event(event: Readonly<Record<string, unknown>>): void;
  /** The server refused something; the session goes on. */
  error(message: string, code: string): void;
  /** It ended, and not because the page closed it. */
  lost(): void;
}

/** A session of `/v1/realtime`: sound goes out, events come in. */
export class Session {
  readonly #socket: WebSocket;
  readonly #events: SessionEvents;
  /** Sound that came before the session was open. */
  #waiting: string[] = [];
  /** Whether the server takes sound. */
  isOpen = false;

  /** Throws where the key has characters that no browser sends this way. */
  constructor(settings: Settings, events: SessionEvents) {
    const url = address("v1/realtime?intent=transcription");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    // Pages cannot set a header of a WebSocket: the key goes as OpenAI's SDK sends it in browsers.
    const secret = key.value === "" ? [] : [`openai-insecure-api-key.${key.value}`];
    this.#socket = new WebSocket(url, ["realtime", ...secret]);
    this.#events = events;
    this.#socket.onmessage = ({ data }) => this.#take(String(data), settings);
    this.#socket.onclose = () => events.lost();
  }

  /** Sends 16-bit samples at 16 kHz. */
  append(pcm: Uint8Array): void {
    const binary = Array.from(pcm, (byte) => String.fromCharCode(byte)).join("");
    this.#send({ type: "input_audio_buffer.append", audio: btoa(binary) });
  }

  /** What was sent and has not ended by itself is a turn. */
  commit(): void {
    this.#send({ type: "input_audio_buffer.commit" });
  }

  close(): void {
    this.#socket.onclose = null;
    this.#socket.onmessage = null;
    this.#socket.close();
  }

  #take(data: string, settings: Settings): void {
    const event = recordIn(data) ?? {};
    if (event["type"] === "session.created") {
      this.#socket.send(JSON.stringify({ type: "session.update", session: sessionOf(settings) }));
    } else if (event["type"] === "session.updated" && !this.isOpen) {
      this.isOpen = true;
      for (const message of this.#waiting) this.#socket.send(message);
      this.#waiting = [];
    } else if (event["type"] === "error") {
      const { code } = Object(event["error"]);
      this.#events.error(errorIn(event) ?? "the server failed", String(code));
    }
    this.#events.event(event);
  }

  #send(event: { type: string; audio?: string }): void {
    const message = JSON.stringify(event);
    if (this.isOpen) this.#socket.send(message);
    else this.#waiting.push(message);
  }
}

function sessionOf({ model, language, keywords, prompt }: Settings): object {
  const transcription = {
    ...(model === "" ? {} : { model }),
    ...(language === "" ? {} : { language }),
    ...(keywords.length === 0 ? {} : { keywords }),
    ...(prompt === "" ? {} : { prompt }),
    delay: "minimal",
  };
  const format = { type: "audio/pcm", rate: 16000 };
  return {
    type: "transcription",
    audio: { input: { format, transcription, turn_detection: { type: "server_vad" } } },
    // All are additions of this server to OpenAI's events.
    include: ["provisional", "segments", "words"].map(
      (name) => `item.input_audio_transcription.${name}`,
    ),
  };
}
