import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "../../audio/ffmpeg/program.ts";
import { Problem } from "../../server/http/problem.ts";
import type { Route } from "../../server/http/route.ts";
import { transcriptions } from "../../server/transcriptions/transcriptions.ts";
import { BrowserWindow } from "../browser.ts";
import { Served } from "./served.ts";

const sample = join(import.meta.dir, "../../../models/demo/sample.wav");
const said = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";
const folder = mkdtempSync(join(tmpdir(), "bun-asr-page-"));
const served = new Served();
let window: BrowserWindow;

beforeAll(async () => {
  window = await BrowserWindow.open();
});
afterAll(async () => {
  await window[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const isDone = "!document.querySelector('#tools').hidden";

async function openPage(url = served.url): Promise<void> {
  window.complaints.length = 0;
  await window.goto(url);
  await window.until("document.querySelector('#server').textContent === 'Model demo'");
}

/** The server's own answer for a file. */
async function answered(path: string, format: string): Promise<string> {
  const form = new FormData();
  form.set("response_format", format);
  form.set("words", "auto");
  form.set("file", Bun.file(path), "file.wav");
  const url = `${served.url}v1/audio/transcriptions`;
  return await (await fetch(url, { method: "POST", body: form })).text();
}

describe("a file", () => {
  test("becomes a transcript beside a player, sentence by sentence", async () => {
    await openPage();
    await window.choose("#files", [sample]);
    await window.until(isDone);
    expect(await window.text("#transcript")).toBe(said);
    expect(await window.text(".take-state")).toBe("0:05");
    expect(await window.text("#status")).toBe("sample.wav: transcribed.");
    expect(await window.evaluate("document.querySelectorAll('a.sentence').length")).toBe(2);
    expect(await window.evaluate("document.querySelector('#transcript').lang")).toBe("en");
    expect(window.complaints).toEqual([]);
  }, 30_000);

  test("plays from a sentence that is pressed, and what plays is lit", async () => {
    await window.until("document.querySelector('#player audio')?.readyState >= 1");
    await window.click("a.sentence:nth-of-type(2)");
    await window.until("document.querySelector('audio').currentTime > 2.1");
    const lit = "document.querySelector('.sentence[aria-current=true]')?.textContent";
    await window.until(`${lit} === 'The train to Boston leaves at seven thirty.'`);
    await window.click("a.sentence");
    await window.until(`${lit} === 'Turn on the light in the kitchen.'`);
    await window.until(`${lit} === 'The train to Boston leaves at seven thirty.'`);
    await window.until("document.querySelector('audio').ended");
  }, 30_000);

  test("is downloaded as the server writes it, without being transcribed again", async () => {
    await window.evaluate("window.requests = performance.getEntriesByType('resource').length");
    for (const format of ["srt", "vtt"]) {
      expect(await downloaded(format)).toBe(await answered(sample, format));
    }
    expect(await downloaded("txt")).toBe(`${said}\n`);
    const json = JSON.parse(await downloaded("json"));
    expect(json).toMatchObject({ text: said, language: "en", duration: 5.147375 });
    const verbose = JSON.parse(await answered(sample, "verbose_json"));
    const times = ({ start, end, text }: { start: number; end: number; text: string }) => {
      return { start, end, text };
    };
    expect(json.segments.map(times)).toEqual(verbose.segments.map(times));
    expect(json.words).toEqual(verbose.words);
    const sent = "performance.getEntriesByType('resource').length - window.requests";
    expect(await window.evaluate(sent)).toBe(0);
  }, 30_000);

  test("is copied", async () => {
    await window.click("#copy");
    await window.until("document.querySelector('#copy').textContent !== 'Copy'");
    expect(await window.text("#copy")).toBe("Copied");
  }, 30_000);

  test("can be one of several that are dropped, also one that no browser plays", async () => {
    const odd = join(folder, "odd.amr");
    const made = Bun.spawnSync([
      ...[await findFfmpeg(), "-v", "error", "-i", sample, "-ar", "8000", "-c:a", "pcm_alaw"],
      ...["-f", "au", odd],
    ]);
    expect(made.stderr.toString()).toBe("");
    await openPage();
    await window.drop([odd, sample]);
    await window.until("document.querySelectorAll('.take').length === 2");
    await window.until("document.querySelectorAll('.take')[1]?.textContent.includes('0:05')");
    expect(await window.text("#sheet-title")).toBe("odd.amr");
    expect(await window.text("#transcript")).toContain("kitchen");
    expect(await window.evaluate("document.querySelector('#player').hidden")).toBe(true);
    await window.click(".take:nth-child(2) .take-name");
    await window.until("document.querySelector('#sheet-title').textContent === 'sample.wav'");
    expect(await window.text("#transcript")).toBe(said);
    await window.until("!document.querySelector('#player').hidden");
  }, 30_000);

  test("is heard with the language and the words that were given", async () => {
    const asked: Record<string, unknown[]> = {};
    const recorded: Route = {
      ...transcriptions,
      methods: {
        POST: async (exchange, context) => {
          const form = await exchange.request.clone().formData();
          for (const [name, value] of form) asked[name] = [...(asked[name] ?? []), value];
          return await transcriptions.methods.POST?.(exchange, context);
        },
      },
    };
    const another = join(folder, "another");
    symlinkSync(join(import.meta.dir, "../../../models/demo"), another);
    await using other = new Served({ routes: [recorded], models: ["demo", another] });
    await window.goto(other.url);
    await window.until("document.querySelectorAll('#model option').length === 2");
    expect(await window.text("#server")).toBe("");
    await window.evaluate("document.querySelector('#model').value = 'another'");
    await window.evaluate("document.querySelector('#language').value = 'en'");
    await window.click("summary");
    await window.click("#keywords");
    await window.type("Boston, kitchen");
    await window.click("#prompt");
    await window.type("a household");
    await window.choose("#files", [sample]);
    await window.until(isDone);
    expect(asked).toMatchObject({
      model: ["another"],
      language: ["en"],
      "keywords[]": ["Boston", "kitchen"],
      prompt: ["a household"],
      stream: ["true"],
    });
  }, 30_000);
});

test("the word that is heard is lit, and a press on a word plays it", async () => {
  await openPage();
  await window.choose("#files", [sample]);
  await window.until(isDone);
  await window.until("document.querySelector('#player audio')?.readyState >= 1");
  expect(await window.text("#transcript")).toBe(said);
  const all = "[...document.querySelectorAll('.word')].map(({ textContent }) => textContent)";
  expect(await window.evaluate<string[]>(all)).toEqual(said.split(" "));
  const { words } = JSON.parse(await downloaded("json")) as {
    words: { word: string; start: number; end: number }[];
  };
  const lit = "document.querySelector('.word.lit')?.textContent";
  await window.evaluate(`(() => {
    window.lit = [];
    new MutationObserver(() => {
      const word = ${lit};
      if (word !== undefined && window.lit.at(-1)?.word !== word)
        window.lit.push({ word, at: document.querySelector("audio").currentTime });
    }).observe(document.querySelector("#transcript"), { attributes: true, subtree: true });
  })()`);
  await window.click(".sentence:nth-of-type(2) .word:nth-of-type(4)");
  await window.until("document.querySelector('audio').ended");
  const seen = await window.evaluate<{ word: string; at: number }[]>("window.lit");
  expect(seen.map(({ word }) => word)).toEqual(["Boston", "leaves", "at", "seven", "thirty."]);
  for (const { word, at } of seen) {
    const { start = Number.NaN, end = Number.NaN } = words.find((each) => each.word === word) ?? {};
    expect(at).toBeGreaterThanOrEqual(start - 0.02);
    expect(at).toBeLessThan(end);
  }
  expect(await window.evaluate("document.querySelectorAll('.word.lit').length")).toBe(0);
}, 30_000);

async function downloaded(format: string): Promise<string> {
  await window.click(`[data-format=${format}]`);
  return await window.downloaded(`sample.${format}`);
}

describe("what goes wrong", () => {
  const trouble = async () => {
    await window.until("!document.querySelector('#trouble').hidden");
    return await window.text("#trouble-text");
  };

  test("is told: no recording", async () => {
    await openPage();
    await window.choose("#files", [import.meta.path]);
    expect(await trouble()).toContain("is text, not audio");
    await window.until("document.querySelector('.take-state')?.textContent === 'Failed'");
    await window.click("#dismiss");
    expect(await window.evaluate("document.querySelector('#trouble').hidden")).toBe(true);
    expect(await window.text("#nothing")).toContain("is text, not audio");
  }, 30_000);

  test("is told: too large, while it is still being sent", async () => {
    await using small = new Served({ limits: { maxUploadBytes: 100_000 } });
    const large = join(folder, "large.wav");
    await Bun.write(large, new Uint8Array(60_000_000));
    await openPage(small.url);
    for (const path of [sample, large]) {
      await window.choose("#files", [path]);
      expect(await trouble()).toMatch(/100|larger/);
      expect(await window.text("#trouble-text")).toContain("Cut it into parts, or compress it.");
      await window.click("#dismiss");
    }
  }, 30_000);

  test("is told: nobody there, and then tried again", async () => {
    const gone = new Served();
    const { port } = gone;
    const again = join(folder, "again.wav");
    symlinkSync(sample, again);
    await openPage(gone.url);
    await gone[Symbol.asyncDispose]();
    await window.choose("#files", [sample, again]);
    const states = "[...document.querySelectorAll('.take-state')].map((one) => one.textContent)";
    await window.until(`${states}.join() === 'Failed,Failed'`);
    expect(await trouble()).toStartWith("The server does not answer.");
    expect(await window.text("#nothing")).toStartWith("The server does not answer.");
    await using _back = new Served({ port });
    await window.click("#retry");
    await window.until(`${states}.join() === '0:05,0:05'`);
    expect(await window.text("#transcript")).toBe(said);
  }, 30_000);

  test("waits its turn where the server is busy", async () => {
    let refusals = 0;
    const busy: Route = {
      ...transcriptions,
      methods: {
        POST: async (exchange, context) => {
          if (refusals++ < 2)
            throw new Problem(503, "16 requests wait already", { headers: { "retry-after": "1" } });
          return await transcriptions.methods.POST?.(exchange, context);
        },
      },
    };
    await using other = new Served({ routes: [busy] });
    await openPage(other.url);
    await window.choose("#files", [sample]);
    await window.until("document.querySelector('.take-state')?.textContent.includes('busy')");
    await window.until(isDone);
    expect(refusals).toBe(3);
    expect(await window.text("#transcript")).toBe(said);
  }, 30_000);

  test("asks for a key, takes it, and forgets it with the tab", async () => {
    await using locked = new Served({ access: { apiKeys: ["right"] } });
    await window.goto(locked.url);
    await window.until("document.activeElement.id === 'key-field'");
    await window.type("wrong");
    await window.press("Enter");
    await window.until(
      "document.querySelector('#key-hint').textContent.includes('does not know that key')",
    );
    await window.type("right");
    await window.press("Enter");
    await window.until("document.querySelector('#server').textContent === 'Model demo'");
    expect(await window.evaluate("document.querySelector('#key').hidden")).toBe(true);
    await window.choose("#files", [sample]);
    await window.until(isDone);
    expect(await window.evaluate("localStorage.length")).toBe(0);
    expect(await window.evaluate("document.cookie")).toBe("");
    await window.click("#microphone");
    await window.until("document.querySelector('#microphone').hasAttribute('data-on')");
    await window.until("document.querySelector('#elapsed').textContent === '0:01'");
    expect(await window.evaluate("document.querySelector('#trouble').hidden")).toBe(true);
    await window.click("#microphone");
    await window.until("document.querySelector('#microphone').textContent.includes('Start')");
  }, 30_000);

  test("is stopped by whoever wants it no more, and the next one goes on", async () => {
    let [started, left] = [0, 0];
    const sent = Promise.withResolvers<void>();
    const slow: Route = {
      ...transcriptions,
      methods: {
        POST: async (exchange, context) => {
          const { signal } = exchange.request;
          if (started++ > 0) return await transcriptions.methods.POST?.(exchange, context);
          await exchange.request.arrayBuffer();
          sent.resolve();
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          left++;
          throw signal.reason;
        },
      },
    };
    await using other = new Served({ routes: [slow] });
    await openPage(other.url);
    await window.choose("#files", [sample, sample]);
    await sent.promise;
    await window.click(".take-act");
    await window.until("document.querySelector('.take-state')?.textContent === 'Cancelled'");
    await window.until("document.querySelectorAll('.take-state')[1]?.textContent === '0:05'");
    expect(left).toBe(1);
    await window.click(".take-act");
    await window.until("document.querySelector('.take-state')?.textContent === '0:05'");
    expect(await window.text("#transcript")).toBe(said);
  }, 30_000);
});
