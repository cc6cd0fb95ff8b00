import { address } from "./service.ts";
import { insecureOrigin, microphoneTrouble, noSound, TroubleError } from "./troubles.ts";
import type { Piece } from "./worklet.ts";

/** An open microphone. */
export interface Microphone {
  /** Ends it; resolves when the last piece was handed over. */
  stop(): Promise<void>;
}

/** What is told of a microphone. */
export interface MicrophoneEvents {
  piece(piece: Piece): void;
  /** It was unplugged, or the browser took it away. */
  lost(): void;
}

/** The browser's clean-up is made for calls, and costs a recognizer more than it gives. */
const constraints: MediaStreamConstraints = {
  audio: {
    channelCount: 1,
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: true,
  },
};

/** How long is waited for the first sound, and for the last. */
const [beginMs, endMs] = [5000, 500];

/** Whether something happens within a time. */
async function isBefore(event: Promise<void>, milliseconds: number): Promise<boolean> {
  const timeout = new Promise<boolean>((done) => setTimeout(() => done(false), milliseconds));
  return await Promise.race([event.then(() => true), timeout]);
}

/** Asks for the microphone and listens. Throws `TroubleError` where there is none to be had. */
export async function openMicrophone(events: MicrophoneEvents): Promise<Microphone> {
  if (navigator.mediaDevices === undefined || typeof AudioWorkletNode === "undefined")
    throw new TroubleError(insecureOrigin);
  const stream = await navigator.mediaDevices.getUserMedia(constraints).catch((thrown: unknown) => {
    throw new TroubleError(microphoneTrouble(thrown));
  });
  const context = new AudioContext({ latencyHint: "interactive" });
  const close = async () => {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  };
  try {
    await context.audioWorklet.addModule(address("worklet.js"));
    const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    tap.port.onmessage = ({ data }: MessageEvent<Piece | "end">) => {
      begun.resolve();
      if (data === "end") ended.resolve();
      else events.piece(data);
    };
    context.createMediaStreamSource(stream).connect(tap);
    for (const track of stream.getTracks()) track.onended = () => events.lost();
    // Where the page was opened by a script it may have to be woken. Without a device that plays
    // sound some browsers wait for one here, and hear nothing.
    void context.resume();
    if (!(await isBefore(begun.promise, beginMs))) throw new TroubleError(noSound);
    // A screen that goes dark would end it. Some browsers have no such lock, or refuse it.
    const lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    return {
      async stop() {
        tap.port.postMessage("end");
        // A thread that sleeps does not answer, and a tenth of a second is no reason to wait.
        await isBefore(ended.promise, endMs);
        await Promise.all([close(), lock?.release()]);
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
