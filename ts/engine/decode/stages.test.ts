import { expect, test } from "bun:test";
import { idsOf, ScriptedModel } from "../../testing/scripted-model.ts";
import { Batch } from "./batch.ts";
import { Stages } from "./stages.ts";

/** Sessions that have begun a stage of so many slices, and in which order their slices came. */
function sessionsWithStages(count: number, slices: number) {
  const model = new ScriptedModel(() => "a b c d");
  model.slices = slices;
  const order: number[] = [];
  model.onSlice = (session) => order.push(session);
  const sessions = Array.from({ length: count }, () => model.session());
  for (const session of sessions) session.mel(new Float32Array(16_000));
  return { model, sessions, order, stages: new Stages() };
}

function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("the event loop comes round after each slice", async () => {
  const { sessions, order, stages } = sessionsWithStages(1, 5);
  let turns = 0;
  let isFinished = false;
  const finished = stages.finish(sessions[0]!, { party: {} }).then((value) => {
    isFinished = value;
  });
  for (; !isFinished; turns++) {
    expect(order.length).toBe(turns);
    await immediate();
  }
  await finished;
  expect(turns).toBe(5);
});

test("parties take turns by slices, the stages of one party go one after the other", async () => {
  const { sessions, order, stages } = sessionsWithStages(4, 3);
  const parties = [{}, {}, {}] as const;
  const ended: number[] = [];
  const finish = (session: number, party: object) =>
    stages.finish(sessions[session]!, { party }).then(() => ended.push(session));
  await Promise.all([
    finish(0, parties[0]),
    finish(1, parties[0]),
    finish(2, parties[1]),
    finish(3, parties[2]),
  ]);
  expect(order).toEqual([0, 2, 3, 0, 2, 3, 0, 2, 3, 1, 1, 1]);
  expect(ended).toEqual([0, 2, 3, 1]);
});

test("who comes later waits for one slice of each party", async () => {
  const { sessions, order, stages } = sessionsWithStages(3, 100);
  const long = [0, 1].map((session) => stages.finish(sessions[session]!, { party: {} }));
  for (let turn = 0; turn < 10; turn++) await immediate();
  const before = order.length;
  const late = stages.finish(sessions[2]!, { party: {} });
  await Promise.all([...long, late]);
  expect(order.slice(before).indexOf(2)).toBeLessThanOrEqual(2);
});

test("an abort ends a stage after the slice that is under way, and nobody else's", async () => {
  const { model, sessions, order, stages } = sessionsWithStages(3, 10);
  const abort = new AbortController();
  model.onSlice = (session) => {
    order.push(session);
    if (order.filter((other) => other === 0).length === 4) abort.abort();
  };
  const party = {};
  const results = await Promise.all([
    stages.finish(sessions[0]!, { party, signal: abort.signal }),
    stages.finish(sessions[1]!, { party, signal: abort.signal }),
    stages.finish(sessions[2]!, { party: {} }),
  ]);
  expect(results).toEqual([false, false, true]);
  expect([0, 1, 2].map((session) => order.filter((other) => other === session).length)).toEqual([
    4, 0, 10,
  ]);
});

test("a slice that fails fails its stage alone", async () => {
  const { model, sessions, stages } = sessionsWithStages(2, 3);
  const broken = new Error("it broke");
  model.onSlice = (session) => {
    if (session === 0) throw broken;
  };
  const party = {};
  const failed = stages.finish(sessions[0]!, { party }).catch((error: unknown) => error);
  expect(await stages.finish(sessions[1]!, { party })).toBe(true);
  expect(await failed).toBe(broken);
});

test("another party's tokens come between slices; one's own wait for the stage's end", async () => {
  const { model, sessions, stages } = sessionsWithStages(3, 6);
  const batch = new Batch(model, stages);
  const story: string[] = [];
  model.onSlice = (session) => story.push(`slice ${session}`);
  const step = model.step.bind(model);
  model.step = (stepped) => {
    story.push(`step of ${stepped.length}`);
    return step(stepped);
  };
  const [busy, other] = [{ party: {} }, { party: {} }];
  const stage = stages.finish(sessions[0]!, busy);
  await immediate();
  const own = batch.next(sessions[1]!, busy);
  for (let turn = 0; turn < 2; turn++) await immediate();
  expect(story).toEqual(["slice 0", "slice 0", "slice 0"]);
  // Whoever waits shares the step that is made for another.
  await Promise.all([batch.next(sessions[2]!, other), own]);
  expect(story.at(-1)).toBe("step of 2");
  expect(story.length).toBeLessThan(6);
  const last = batch.next(sessions[1]!, busy);
  await Promise.all([stage, last]);
  expect(story.filter((event) => event === "slice 0").length).toBe(6);
  expect(story.slice(-2)).toEqual(["slice 0", "step of 1"]);
  expect(await last).toBe(idsOf("a b c d")[1]!);
});

test("who leaves is free after the slice under way, whoever has the next", async () => {
  const { sessions, order, stages } = sessionsWithStages(9, 100);
  const abort = new AbortController();
  const others = sessions.slice(1).map((session) => stages.finish(session, { party: {} }));
  const leaving = stages.finish(sessions[0]!, { party: {}, signal: abort.signal });
  for (let turn = 0; turn < 20; turn++) await immediate();
  const before = order.length;
  abort.abort();
  expect(await leaving).toBe(false);
  expect(order.length - before).toBeLessThanOrEqual(1);
  await Promise.all(others);
});

test("live streams have every other slice, however many recordings there are", async () => {
  const { sessions, order, stages } = sessionsWithStages(6, 4);
  const recordings = [0, 1, 2, 3].map((n) => stages.finish(sessions[n]!, { party: {} }));
  const live = [4, 5].map((n) => stages.finish(sessions[n]!, { party: {}, isLive: true }));
  await Promise.all([...recordings, ...live]);
  const kinds = order.map((session) => (session < 4 ? "r" : "l")).join("");
  expect(kinds).toBe("lrlrlrlrlrlrlrlrrrrrrrrr");
  expect(order.filter((session) => session >= 4)).toEqual([4, 5, 4, 5, 4, 5, 4, 5]);
});

test("a live stream has some tokens for each slice of a recording, which goes on", async () => {
  const { model, sessions, stages } = sessionsWithStages(2, 6);
  const batch = new Batch(model, stages);
  const story: string[] = [];
  model.onSlice = () => story.push("slice");
  const live = { party: {}, isLive: true };
  const stage = stages.finish(sessions[0]!, { party: {} });
  for (let token = 0; token < 40; token++) {
    await batch.next(sessions[1]!, live);
    story.push("token");
  }
  await stage;
  const between = story.join(" ").split("slice").slice(2, -1);
  expect(between.map((part) => part.trim().split(" ").length)).toEqual([4, 4, 4, 4]);
});
