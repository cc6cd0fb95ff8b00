import { expect, test } from "bun:test";
import {
  idsOf,
  type Script,
  ScriptedModel,
  scriptTokenizer,
} from "../../testing/scripted-model.ts";
import { Batch } from "./batch.ts";
import { Hypothesis } from "./hypothesis.ts";
import { Stages } from "./stages.ts";

/** Sessions that can step at once, without a prompt. */
function prompted(count: number, script: Script) {
  const model = new ScriptedModel(script);
  const sessions = Array.from({ length: count }, () => model.session());
  return { model, sessions, batch: new Batch(model, new Stages()) };
}

const party = { party: {} };

async function written(batch: Batch, session: ReturnType<ScriptedModel["session"]>) {
  const ids: number[] = [];
  const next = () => batch.next(session, party);
  for (let id = await next(); typeof id === "number"; id = await next()) {
    ids.push(id);
  }
  return ids;
}

test("loops that ask at once share a step, and each gets its own tokens", async () => {
  const texts = ["one", "two three four", "five six"];
  const { model, sessions, batch } = prompted(3, ({ session }) => texts[session]!);
  const results = await Promise.all(sessions.map((session) => written(batch, session)));
  expect(results).toEqual(texts.map(idsOf));
  const lengths = texts.map((text) => idsOf(text).length + 1);
  const together = (step: number) => lengths.filter((length) => length > step).length;
  expect(model.steps).toEqual(Array.from({ length: Math.max(...lengths) }, (_, i) => together(i)));
});

test("a loop may join later", async () => {
  const { model, sessions, batch } = prompted(2, () => "a b c d e f");
  const first = written(batch, sessions[0]!);
  await new Promise((resolve) => setImmediate(resolve));
  const second = written(batch, sessions[1]!);
  expect(await first).toEqual(await second);
  expect(model.steps[0]).toBe(1);
  expect(Math.max(...model.steps)).toBe(2);
});

test("a step that fails fails all that share it, and the next ones work", async () => {
  const broken = new Error("it broke");
  const { sessions, batch } = prompted(3, ({ session }) =>
    session === 1 ? [...idsOf("a"), broken] : "a b c",
  );
  const both = [0, 1].map((index) => written(batch, sessions[index]!).catch((error) => error));
  expect(await Promise.all(both)).toEqual([broken, broken]);
  expect(await written(batch, sessions[2]!)).toEqual(idsOf("a b c"));
});

test("nothing steps before the event loop comes round", async () => {
  const { model, sessions, batch } = prompted(2, () => "a");
  const first = batch.next(sessions[0]!, party);
  await Promise.resolve();
  const second = batch.next(sessions[1]!, party);
  expect(model.steps).toEqual([]);
  await Promise.all([first, second]);
  expect(model.steps).toEqual([2]);
});

test("who leaves does not wait for the step, which the others make", async () => {
  const { model, sessions, batch } = prompted(2, () => "a b c");
  const hypotheses = sessions.map(() => new Hypothesis(scriptTokenizer, "English"));
  const abort = new AbortController();
  const options = { maxTokens: 9, processor: undefined };
  const leaving = batch.generate(sessions[0]!, hypotheses[0]!, {
    ...options,
    party: {},
    signal: abort.signal,
  });
  const staying = batch.generate(sessions[1]!, hypotheses[1]!, { ...options, party: {} });
  abort.abort();
  expect(await leaving).toBe("cancelled");
  expect(model.steps).toEqual([]);
  expect(await staying).toBe("eos");
  expect(model.steps.every((together) => together === 1)).toBe(true);
  expect(hypotheses[0]!.tokens).toEqual([]);
});
