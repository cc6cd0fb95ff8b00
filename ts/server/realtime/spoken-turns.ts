import { type Samples, sampleRate } from "../../audio/samples/recording.ts";
import { SampleQueue } from "../../audio/samples/sample-queue.ts";
import { framesPerSecond } from "../../audio/speech/vad.ts";
import type { SemanticVad, ServerVad } from "./settings.ts";
import { gateFrame, SpeechGate } from "./speech-gate.ts";
import type { TurnDetector, TurnPart } from "./turn-detector.ts";

/** Of so many frames more than half have to be sound where somebody begins to speak. */
const onsetFrames = framesPerSecond / 10;
/** A shorter sound in a pause is a click, in frames. */
const minSoundFrames = 3;
/** What is in no turn is kept for so long: the client may commit it. */
const keptSamples = 30 * sampleRate;

/** Silence that ends a turn, in milliseconds, by how eager the server is to be. */
const eagerSilence = { high: 500, medium: 1000, auto: 1000, low: 2000 } as const;

/** Turns begin when somebody is heard and end when nobody has been for a while. */
export class SpokenTurns implements TurnDetector {
  readonly #gate: SpeechGate;
  /** Samples of what was before speech that belong to it. */
  readonly #padding: number;
  /** Frames of silence that end a turn. */
  readonly #silence: number;
  /** Samples of silence that make a turn of their own. */
  readonly #patience: number;
  readonly #queue = new SampleQueue();
  /** Behind the last sample that came. */
  #end: number;
  /** Behind the last frame that was judged. */
  #judged: number;
  /** Where the next turn begins at the earliest. */
  #earliest: number;
  #isOpen: boolean;
  /** Which of the last frames were sound, the newest last. */
  #recent: boolean[] = [];
  /** Frames since the last sound. */
  #quiet = 0;
  /** Frames of sound that follow each other. */
  #sound = 0;

  /** Sound goes on at a place, maybe within a turn. */
  constructor(settings: ServerVad | SemanticVad, at: number, isOpen: boolean) {
    const vad = settings.type === "server_vad" ? settings : undefined;
    const samples = (ms: number) => Math.round((ms / 1000) * sampleRate);
    this.#gate = new SpeechGate(vad?.threshold ?? 0.5);
    this.#padding = samples(vad?.prefix_padding_ms ?? 300);
    const silence =
      settings.type === "server_vad"
        ? settings.silence_duration_ms
        : eagerSilence[settings.eagerness];
    this.#silence = Math.ceil((silence / 1000) * framesPerSecond);
    this.#patience = samples(vad?.idle_timeout_ms ?? Number.POSITIVE_INFINITY);
    this.#end = at;
    this.#judged = at;
    this.#earliest = at;
    this.#isOpen = isOpen;
  }

  *push(samples: Samples): Generator<TurnPart, void, undefined> {
    this.#queue.push({ at: this.#end, samples });
    this.#end += samples.length;
    while (this.#judged + gateFrame <= this.#end) {
      const from = this.#judged - this.#queue.at;
      const isSound = this.#gate.push(this.#queue.view().subarray(from, from + gateFrame));
      this.#judged += gateFrame;
      if (this.#isOpen ? this.#isOver(isSound) : this.#hasBegun(isSound)) yield* this.#turn();
      else if (!this.#isOpen) yield* this.#wait();
    }
    if (this.#isOpen) yield this.#audio(this.#judged);
    else this.#queue.drop(Math.max(0, this.#queue.length - keptSamples));
  }

  *commit(): Generator<TurnPart, void, undefined> {
    if (!this.#isOpen && this.#queue.length === 0) return;
    if (!this.#isOpen) yield { type: "begin", at: this.#queue.at, isSpeech: false };
    yield this.#audio(this.#end);
    yield { type: "end", at: this.#end, isSpeech: false };
    this.clear();
  }

  clear(): void {
    this.#queue.drop(this.#queue.length);
    this.#judged = this.#end;
    this.#close();
  }

  rest(): Samples {
    return this.#queue.take(this.#queue.length).samples;
  }

  /** A turn begins with the frame that was judged last, or ends with it. */
  *#turn(): Generator<TurnPart, void, undefined> {
    if (this.#isOpen) {
      yield this.#audio(this.#judged);
      yield { type: "end", at: this.#judged, isSpeech: true };
      this.#close();
      return;
    }
    const onset = this.#judged - (this.#recent.length - this.#recent.indexOf(true)) * gateFrame;
    const at = Math.max(this.#earliest, onset - this.#padding);
    this.#queue.drop(at - this.#queue.at);
    this.#isOpen = true;
    yield { type: "begin", at: this.#queue.at, isSpeech: true };
  }

  /** Ends the silence that its client does not want to wait for any longer. */
  *#wait(): Generator<TurnPart, void, undefined> {
    if (this.#judged - this.#earliest < this.#patience) return;
    yield { type: "idle", start: this.#queue.at, end: this.#judged };
    yield this.#audio(this.#judged);
    yield { type: "end", at: this.#judged, isSpeech: false };
    this.#close();
  }

  #hasBegun(isSound: boolean): boolean {
    this.#recent.push(isSound);
    if (this.#recent.length > onsetFrames) this.#recent.shift();
    return this.#recent.filter(Boolean).length > onsetFrames / 2;
  }

  #isOver(isSound: boolean): boolean {
    this.#sound = isSound ? this.#sound + 1 : 0;
    this.#quiet = this.#sound >= minSoundFrames ? 0 : this.#quiet + 1;
    return this.#quiet >= this.#silence;
  }

  /** What is there up to a place. */
  #audio(to: number): TurnPart {
    return { type: "audio", samples: this.#queue.take(to - this.#queue.at).samples };
  }

  #close(): void {
    this.#isOpen = false;
    this.#earliest = this.#judged;
    this.#recent = [];
    this.#quiet = 0;
    this.#sound = 0;
  }
}
