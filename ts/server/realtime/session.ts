import { sampleRate } from "../../audio/samples/recording.ts";
import { Problem, reportedProblem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import { FormatDecoder, milliseconds } from "./audio-format.ts";
import { Backlog } from "./audio-queue.ts";
import { audioOf, type ClientEvent, eventIdOf, eventType, fieldsOf } from "./client-events.ts";
import type { Fields } from "./fields.ts";
import { errorOf, itemOf, newId, type ServerEvent } from "./server-events.ts";
import { type Dialect, sessionObject } from "./session-object.ts";
import { defaultSettings, type SessionSettings } from "./settings.ts";
import { updated } from "./settings-update.ts";
import { SpokenTurns } from "./spoken-turns.ts";
import { Transcriber } from "./transcriber.ts";
import { Turn } from "./turn.ts";
import { ManualTurns, type TurnDetector, type TurnPart } from "./turn-detector.ts";

/** Sound that may wait for the models, in seconds; then the client is not heard any further. */
const maxBacklogSeconds = 120;
/** A longer turn is committed as if the client had said so, in seconds. */
const maxTurnSeconds = 1800;
/**
 * Where nothing comes for so long, an open turn is ended as by silence, in seconds: whoever sends a
 * recording seldom sends silence behind it. Where its client ends turns itself, it may think.
 */
const maxQuietSeconds = { spoken: 5, manual: 300 } as const;
/** Sound that is worked on at a time, in bytes of any format: others have their turns between. */
const sliceBytes = 1 << 16;

/** What a session is begun with. */
export interface SessionStart {
  server: ServerContext;
  /** The model that the client asked for, if it did. */
  model: string | undefined;
  dialect: Dialect;
  /** When it ends at the latest, in seconds since 1970. */
  expiresAt: number;
  send: (event: ServerEvent) => void;
  /** Ends all its work. */
  signal: AbortSignal;
}

/** What one client says and is told: settings, sound, turns. */
export class Session {
  readonly #id = newId("sess");
  readonly #start: SessionStart;
  readonly #model: string;
  readonly #transcriber = new Transcriber();
  readonly #backlog = new Backlog(maxBacklogSeconds);
  #dialect: Dialect;
  #settings: SessionSettings;
  #decoder: FormatDecoder;
  #detector: TurnDetector;
  /** Samples of all sound so far. */
  #heard = 0;
  /** The turn that is not committed yet. */
  #turn: Turn | undefined;
  #previousItem: string | null = null;
  /** Ends a turn of which no more comes. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(start: SessionStart) {
    this.#start = start;
    this.#dialect = start.dialect;
    this.#model = start.model ?? start.server.models.nameOf(undefined);
    this.#settings = defaultSettings(this.#model);
    this.#decoder = new FormatDecoder(this.#settings.format);
    this.#detector = this.#newDetector(0);
    start.signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Tells the client what holds, before it has said anything. */
  greet(): void {
    this.#tellSettings("created");
    void this.#warmUp();
  }

  /** Does what a message says. What is wrong with it is told to the client. */
  async take(message: string | Buffer): Promise<void> {
    let event: Fields | undefined;
    try {
      event = fieldsOf(message);
      await this.#perform(eventType(event), event);
    } catch (thrown) {
      const error = errorOf(reportedProblem(thrown, this.#start.server));
      this.#send({ type: "error", error: { ...error, event_id: eventIdOf(event) } });
    }
  }

  /** Commits what is open, and resolves when all turns are written. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#turn !== undefined) this.#commitTurn();
    await this.#transcriber.idle();
  }

  /** Has the model opened while nobody speaks yet. Where that fails, the first turn tells. */
  async #warmUp(): Promise<void> {
    const { server, signal } = this.#start;
    const loan = server.models.borrow(this.#model, signal, { isLive: true });
    await loan.then((held) => held[Symbol.dispose]()).catch(() => undefined);
  }

  #send(event: ServerEvent): void {
    this.#start.send(event);
  }

  async #perform(type: ClientEvent, event: Fields): Promise<void> {
    switch (type) {
      case "session.update":
        return this.#update(event, this.#dialect);
      case "transcription_session.update":
        return this.#update(event, "beta");
      case "input_audio_buffer.append":
        return await this.#append(audioOf(event));
      case "input_audio_buffer.commit":
        return this.#commit();
      case "input_audio_buffer.clear":
        return this.#clear();
    }
  }

  #update(event: Fields, dialect: Dialect): void {
    const session = event.object("session");
    if (session === undefined) throw event.missing("session");
    const before = this.#settings;
    const { limits } = this.#start.server;
    this.#settings = updated(before, session, { model: this.#model, limits });
    this.#dialect = dialect;
    if (this.#settings.format !== before.format) {
      this.#hear(this.#decoder.flush());
      this.#decoder = new FormatDecoder(this.#settings.format);
    }
    if (this.#settings.turnDetection !== before.turnDetection) {
      const rest = this.#detector.rest();
      this.#detector = this.#newDetector(this.#heard - rest.length);
      if (rest.length > 0) this.#follow(this.#detector.push(rest));
    }
    this.#tellSettings("updated");
  }

  #newDetector(at: number): TurnDetector {
    const { turnDetection } = this.#settings;
    const isOpen = this.#turn !== undefined;
    if (turnDetection === null) return new ManualTurns(at, isOpen);
    return new SpokenTurns(turnDetection, at, isOpen);
  }

  #tellSettings(what: "created" | "updated"): void {
    const prefix = this.#dialect === "beta" ? "transcription_" : "";
    const { expiresAt } = this.#start;
    const session = sessionObject(this.#dialect, this.#id, expiresAt, this.#settings);
    this.#send({ type: `${prefix}session.${what}`, session });
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { signal } = this.#start;
    clearTimeout(this.#timer);
    for (let at = 0; at < bytes.length && !signal.aborted; at += sliceBytes) {
      if (at > 0) await new Promise(setImmediate);
      await this.#backlog.room(signal);
      this.#hear(this.#decoder.push(bytes.subarray(at, at + sliceBytes)));
    }
    if (this.#turn !== undefined && !signal.aborted) this.#expectMore();
  }

  #expectMore(): void {
    const isSpoken = this.#settings.turnDetection !== null;
    const seconds = isSpoken ? maxQuietSeconds.spoken : maxQuietSeconds.manual;
    this.#timer = setTimeout(() => {
      if (this.#turn !== undefined) this.#commitTurn({ isSpeech: isSpoken });
    }, seconds * 1000);
    this.#timer.unref();
  }

  #hear(samples: Float32Array<ArrayBuffer>): void {
    if (samples.length === 0) return;
    this.#heard += samples.length;
    this.#follow(this.#detector.push(samples));
    if ((this.#turn?.length ?? 0) >= maxTurnSeconds * sampleRate) this.#commitTurn();
  }

  #commit(): void {
    this.#hear(this.#decoder.flush());
    if (this.#commitTurn()) return;
    const message = "Error committing input audio buffer: there is no sound in it";
    throw new Problem(400, message, { code: "input_audio_buffer_commit_empty" });
  }

  /** Returns whether there was anything to commit. `isSpeech`: as where somebody stops to speak. */
  #commitTurn({ isSpeech = false } = {}): boolean {
    const before = this.#previousItem;
    for (const part of this.#detector.commit()) {
      this.#follow([part.type === "end" ? { ...part, isSpeech } : part]);
    }
    return this.#previousItem !== before;
  }

  #clear(): void {
    this.#decoder.flush();
    this.#detector.clear();
    if (this.#turn !== undefined) this.#transcriber.drop(this.#turn);
    this.#turn = undefined;
    this.#send({ type: "input_audio_buffer.cleared" });
  }

  #follow(parts: Iterable<TurnPart>): void {
    for (const part of parts) {
      switch (part.type) {
        case "begin":
          this.#begin(part.at, part.isSpeech);
          break;
        case "audio":
          this.#turn?.push(part.samples);
          break;
        case "end":
          this.#end(part.at, part.isSpeech);
          break;
        case "idle":
          this.#beginIdle(part);
      }
    }
  }

  #begin(at: number, isSpeech = false): Turn {
    const { server, signal, send } = this.#start;
    const turn = new Turn(at, this.#settings, { server, signal, backlog: this.#backlog, send });
    this.#turn = turn;
    if (isSpeech) {
      const audio_start_ms = milliseconds(at);
      this.#send({ type: "input_audio_buffer.speech_started", audio_start_ms, item_id: turn.id });
    }
    this.#transcriber.add(turn);
    return turn;
  }

  #beginIdle({ start, end }: { start: number; end: number }): void {
    const { id } = this.#begin(start);
    this.#send({
      type: "input_audio_buffer.timeout_triggered",
      audio_start_ms: milliseconds(start),
      audio_end_ms: milliseconds(end),
      item_id: id,
    });
  }

  #end(at: number, isSpeech: boolean): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#turn = undefined;
    const { id } = turn;
    if (isSpeech) {
      const audio_end_ms = milliseconds(at);
      this.#send({ type: "input_audio_buffer.speech_stopped", audio_end_ms, item_id: id });
    }
    const previous = { previous_item_id: this.#previousItem };
    this.#send({ type: "input_audio_buffer.committed", item_id: id, ...previous });
    const told = this.#dialect === "beta" ? (["created"] as const) : (["added", "done"] as const);
    for (const what of told) {
      this.#send({ type: `conversation.item.${what}`, ...previous, item: itemOf(id) });
    }
    this.#previousItem = id;
    turn.commit();
  }
}
