import { loadAudio } from "../../ts/audio/open.ts";
import { demoSample, modelFolder } from "../../ts/native/locate.ts";
import { Model } from "../../ts/native/model.ts";
import type { Session } from "../../ts/native/session.ts";
import type { Check, Trials } from "../check.ts";

export const check: Check = {
  number: 12,
  title: "calls while memory is collected",
  tries:
    "a million calls of the library, the collector forced after each thousand: the same " +
    "results, and memory that stays flat",
  inputs: 1000,
  inputsOfTest: 20,
};

const callsOfInput = 1000;
const maxGrowthMb = 32;

/** Repeats the same work: an input is a thousand calls, then a collection. */
export async function open(): Promise<Trials<number>> {
  const model = Model.open(modelFolder("demo"));
  const { samples } = await loadAudio(demoSample);
  const expected = digest(model, samples);
  let startMb = 0;

  function judge(index: number): string | undefined {
    const session = model.session();
    session.mel(samples.subarray(0, 1600));
    const first = readsOf(session);
    for (let call = 0; call < callsOfInput; call++) {
      // Arrays that the collector may take while the library looks at them.
      session.bias(Int32Array.of(call % 90, 91), Float32Array.of(0.5, 1));
      if (call % 100 === 0 && readsOf(session) !== first) return `call ${call} gave another mel`;
    }
    Bun.gc(true);
    // Every other session is left to the finalizer.
    if (index % 2 === 0) session.close();
    if (index % 100 === 0 && digest(model, samples) !== expected) return "other tokens";
    if (index < 100) startMb = Math.max(startMb, memoryMb());
    const grown = memoryMb() - startMb;
    return grown > maxGrowthMb ? `grew by ${grown.toFixed(0)} MB` : undefined;
  }

  return {
    input: (_, index) => index,
    judge,
    figures: () => [`grew by ${(memoryMb() - startMb).toFixed(1)} MB after the first 100,000`],
    close: () => model.close(),
  };
}

function readsOf(session: Session): bigint | number {
  const mel = new Float32Array(128 * 10);
  session.read("mel", mel);
  return Bun.hash(new Uint8Array(mel.buffer));
}

/** The embeddings and the first logits of the sample, as one number. */
function digest(model: Model, samples: Float32Array): bigint | number {
  using session = model.session();
  session.mel(samples);
  const count = session.encode();
  const embeddings = new Float32Array(count * model.info.hiddenSize);
  session.read("encoder", embeddings);
  return Bun.hash(new Uint8Array(embeddings.buffer));
}

function memoryMb(): number {
  return process.memoryUsage.rss() / 1e6;
}
