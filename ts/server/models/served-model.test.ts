import { expect, test } from "bun:test";
import { FakeOpener } from "../../testing/model-openers.ts";
import { ServedModel } from "./served-model.ts";

test("who comes when an idle model begins to close gets one that is open", async () => {
  const { opener, log } = new FakeOpener();
  const model = new ServedModel({
    name: "a",
    places: 1,
    keepAlive: undefined,
    prepare: () => opener("a", new AbortController().signal),
    onIdle: () => {},
    onEvent: () => {},
  });
  const first = await model.recognizer();
  const closing = model.close();
  using _use = model.use(false);
  expect(await model.recognizer()).not.toBe(first);
  await closing;
  expect(log).toEqual(["open a", "close a", "open a"]);
});
