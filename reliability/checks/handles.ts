import { modelFolder } from "../../ts/native/locate.ts";
import {
  failed,
  type Handle,
  type NativeLibrary,
  nativeError,
  nativeLibrary,
} from "../../ts/native/symbols.ts";
import type { Check, Random, Trials } from "../check.ts";
import { between, pick } from "../random.ts";

export const check: Check = {
  number: 11,
  title: "misused handles",
  tries:
    "random sequences of 20 calls of the C functions, on open, closed, foreign and invented " +
    "handles, in any order, with any lengths; and 8 threads that open models at once: errors, " +
    "and the process lives",
  inputs: 10_000,
  inputsOfTest: 60,
};

const callsOfSequence = 20;

/** What is done, as numbers: which call, on which handle, with what. */
type Sequence = { threads: true } | { opens: boolean; calls: [number, number, number][] };

/** Calls the library as no sane program does. */
export function open(): Trials<Sequence> {
  const library = nativeLibrary();
  const folder = modelFolder("demo");
  const counts = { done: 0, refused: 0 };
  // Opening takes most of the time: nine sequences of ten leave this one open.
  const shared = library.asr_model_open(folder, "{}");
  if (shared === null) throw nativeError(library, "opening the demo");

  async function judge(sequence: Sequence): Promise<string | undefined> {
    if ("threads" in sequence) return await openInThreads();
    const models: Handle[] = sequence.opens ? [] : [shared!];
    const sessions: Handle[] = [];
    const closed = new Set<Handle>();
    for (const [which, on, value] of sequence.calls) {
      const model = handleAmong(models, on);
      const session = handleAmong(sessions, on);
      const call = calls[which]!;
      const result = call({ library, folder, model, session, value });
      if (call === calls[0] && result !== null) models.push(result as Handle);
      if (call === calls[1] && result !== null) sessions.push(result as Handle);
      if (call === calls[2]) closed.add(model);
      if (call === calls[3]) closed.add(session);
      const isFailure = result === null || (typeof result !== "string" && Number(result) <= failed);
      if (isFailure) counts.refused++;
      else counts.done++;
      const wasClosed = closed.has(session) && which >= firstOfSession && !isFailure;
      if (wasClosed) return `call ${which} on a closed session gave ${result}`;
    }
    for (const handle of sessions) library.asr_session_close(handle);
    for (const handle of sequence.opens ? models : []) library.asr_model_close(handle);
    return undefined;
  }

  function input(random: Random, index: number): Sequence {
    if (index === 0) return { threads: true };
    const opens = index % 10 === 1;
    const known = opens ? calls : calls.filter((_, which) => which !== 0 && which !== 2);
    const call = (): [number, number, number] => [
      calls.indexOf(pick(random, known)),
      between(random, -3, 4),
      pick(random, [-(2 ** 31), -1, 0, 1, 2, 100, 16_000, 2 ** 31 - 1]),
    ];
    const rest = Array.from({ length: callsOfSequence - 2 }, call);
    const first: [number, number, number][] = opens ? [[0, 0, 0]] : [];
    return { opens, calls: [...first, [1, 0, 0], ...rest] };
  }

  return {
    input,
    judge,
    close: () => void library.asr_model_close(shared),
    figures: () => [`${counts.done} calls did something, ${counts.refused} were refused`],
  };
}

/** One that was given out, or for numbers below 0 one that never was. */
function handleAmong(handles: readonly Handle[], on: number): Handle {
  const invented = [1, 2 ** 40 + 8, 0xdead_beef];
  const found = on < 0 ? invented[-on - 1] : handles[on % Math.max(1, handles.length)];
  return (found ?? 7) as Handle;
}

interface CallContext {
  library: NativeLibrary;
  folder: string;
  model: Handle;
  session: Handle;
  value: number;
}

const floats = (value: number) => new Float32Array(Math.min(Math.abs(value), 16_000)).fill(0.1);
const ids = (value: number) =>
  Int32Array.from({ length: Math.abs(value) % 50 }, (_, i) => value + i);

/** The first ones make and close; from `firstOfSession` on they work on a session. */
const calls: ((context: CallContext) => unknown)[] = [
  ({ library, folder }) => library.asr_model_open(folder, "{}"),
  ({ library, model }) => library.asr_session_open(model, "{}"),
  ({ library, model }) => library.asr_model_close(model) ?? 0,
  ({ library, session }) => library.asr_session_close(session) ?? 0,
  ({ library, model, session }) => {
    const handles = BigUint64Array.from([BigInt(session), BigInt(session)]);
    return library.asr_model_step(model, handles, handles);
  },
  ({ library, model }) => library.asr_model_info(model),
  ({ library, session, value }) => {
    const pcm = floats(value);
    return library.asr_session_mel(session, pcm, pcm);
  },
  ({ library, session, value }) => library.asr_session_encode(session, value),
  ({ library, session, value }) => {
    const tokens = ids(value);
    return library.asr_session_prefill(session, tokens, tokens, tokens, tokens);
  },
  ({ library, session }) => library.asr_session_work(session),
  ({ library, session }) => library.asr_session_next(session),
  ({ library, session, value }) => library.asr_session_rewind(session, value),
  ({ library, session, value }) => {
    const out = floats(value);
    return library.asr_session_read(session, "logits", out, out);
  },
  ({ library, session, value }) => {
    const [tokens, bonuses] = [ids(value), floats(value % 50)];
    return library.asr_session_bias(session, tokens, tokens, bonuses, bonuses, value & 1);
  },
];
const firstOfSession = 6;

/** Threads that each open the demo at the same moment. */
async function openInThreads(): Promise<string | undefined> {
  const script = new URL("../open-model.ts", import.meta.url).href;
  const workers = Array.from({ length: 8 }, () => new Worker(script));
  const answers = workers.map(
    (worker) =>
      new Promise<string>((resolve) => {
        worker.onmessage = ({ data }) => resolve(String(data));
        worker.onerror = ({ message }) => resolve(message);
      }),
  );
  const found = new Set(await Promise.all(answers));
  for (const worker of workers) worker.terminate();
  return found.size === 1 && [...found][0] !== "" ? undefined : `threads say ${[...found]}`;
}
