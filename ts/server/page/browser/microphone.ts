import { address } from "./service.ts";
import { insecureOrigin, microphoneTrouble, TroubleError } from "./troubles.ts";
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
    const ended = Promise.withResolvers<void>();
    tap.port.onmessage = ({ data }: MessageEvent<Piece | "end">) => {
      if (data === "end") ended.resolve();
      else events.piece(data);
    };
    context.createMediaStreamSource(stream).connect(tap);
    for (const track of stream.getTracks()) track.onended = () => events.lost();
    // A screen that goes dark would end it. Some browsers have no such lock, or refuse it.
    const lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    // Where the page was opened by a script it may have to be woken.
    await context.resume();
    return {
      async stop() {
        tap.port.postMessage("end");
        // A thread that sleeps does not answer, and a tenth of a second is no reason to wait.
        await Promise.race([ended.promise, new Promise((done) => setTimeout(done, 500))]);
        await Promise.all([close(), lock?.release()]);
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
