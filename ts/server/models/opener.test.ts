import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { Asr } from "../../asr.ts";
import { demoModel, demoSample, modelFolder } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { checkpointOpener } from "./opener.ts";
import { ModelPool } from "./pool.ts";

const never = new AbortController().signal;

test("the demo model is opened, transcribes, is closed when idle, and opened again", async () => {
  const opener = checkpointOpener(Asr.load, { threads: 1 });
  const pool = new ModelPool({ models: [demoModel], opener, keepAlive: 0.02 });
  const weights = join(modelFolder(demoModel), "model.safetensors");
  for (const _ of [1, 2]) {
    using loan = await pool.borrow("whisper-1", never);
    let text = "";
    for await (const event of loan.recognizer.stream(demoSample, {})) {
      if (event.type === "delta") text += event.text;
    }
    expect(text).toStartWith("Turn on the light in the kitchen.");
    const { bytes, languages } = pool.status()[0]!;
    expect([bytes, languages]).toEqual([statSync(weights).size, ["en"]]);
    loan[Symbol.dispose]();
    await Bun.sleep(100);
    expect(pool.status()[0]!.state).toBe("idle");
  }
  await pool.close();
});

test("a model that is not there fails as it does at start", async () => {
  const opener = checkpointOpener(Asr.load, { offline: true, cacheDir: "/nowhere" });
  const pool = new ModelPool({ models: ["0.6b-6bit"], opener });
  await expectAsrError(() => pool.open(), "model");
});
