import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expectAsrError } from "../../testing/expect-error.ts";
import { EngineThread } from "./engine-thread.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-thread-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A thread that does this with each message. */
function threadThat(name: string, does: string): EngineThread {
  const path = join(folder, `${name}.ts`);
  const real = join(import.meta.dir, "../engine/main.ts");
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";\n` +
      `import ${JSON.stringify(real)};\n` +
      `parentPort.on("message", (request) => { ${does} });\n`,
  );
  return new EngineThread(pathToFileURL(path));
}

const load = { model: "demo", hub: {}, options: {} };

test.each([
  ["throws", 'throw new Error("it broke")', "it broke"],
  ["ends", "process.exit(3)", "it ended"],
  ["loses a promise", 'void Promise.reject(new Error("nobody looked"))', "nobody looked"],
])("a thread that %s fails every call, and those after it", async (name, does, why) => {
  const thread = threadThat(name, does);
  const calls = [thread.result("load", load), thread.result("load", load)];
  for (const call of calls) await expectAsrError(() => call, "native", why, "load it again");
  expect(thread.failed).toBe(true);
  await expectAsrError(() => thread.result("load", load), "native", why);
  await expectAsrError(() => thread.blocking("load", load), "native", why);
});

test("a thread that fails wakes the caller that sleeps", async () => {
  const thread = threadThat("dies", 'throw new Error("it broke")');
  await expectAsrError(() => thread.blocking("load", load), "native", "failed");
  expect(thread.failed).toBe(true);
});

test("what cannot be sent is refused, and the thread lives on", async () => {
  const thread = new EngineThread();
  const odd: object = { model: "demo", hub: {}, options: { threads: () => 1 } };
  await expectAsrError(() => thread.result("load", odd as typeof load), "usage", "plain data");
  const { engine } = await thread.result("load", load);
  await thread.result("close", { engine });
  expect(thread.failed).toBe(false);
});
