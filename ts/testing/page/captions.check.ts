import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Problem } from "../../server/http/problem.ts";
import { BrowserWindow, type WindowOptions } from "../browser.ts";
import { Served } from "./served.ts";

// The microphone of these windows plays the demo's sample once.

const sample = join(import.meta.dir, "../../../models/demo/sample.wav");
const said = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";
const served = new Served();
afterAll(async () => await served[Symbol.asyncDispose]());

async function openPage(url = served.url, options: WindowOptions = {}): Promise<BrowserWindow> {
  const window = await BrowserWindow.open({ microphone: sample, ...options });
  await window.goto(url);
  await window.until("document.querySelector('#server').textContent === 'Model demo'");
  return window;
}

/** The turn is over, and was read out. */
const isSaid = `[...document.querySelector("#spoken").children]
  .map(({ textContent }) => textContent).join(" ") === ${JSON.stringify(said)}`;

/** Notes when each piece of sound leaves the page, and when each text stands on the sheet. */
const observe = `(() => {
  window.sent = [];
  window.seen = [];
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (message) {
    const { type, audio } = JSON.parse(message);
    if (type === "input_audio_buffer.append")
      window.sent.push({ at: performance.now(), bytes: atob(audio).length });
    return send.call(this, message);
  };
  const sheet = document.querySelector("#transcript");
  new MutationObserver(() => {
    const provisional = sheet.querySelector(".provisional")?.textContent ?? "";
    window.seen.push({ at: performance.now(), text: sheet.textContent, provisional });
  }).observe(sheet, { childList: true, characterData: true, subtree: true });
})()`;

interface Sent {
  at: number;
  bytes: number;
}

interface Seen {
  at: number;
  text: string;
  provisional: string;
}

/** When so many seconds of sound had left the page. */
function leftAt(sent: readonly Sent[], seconds: number): number {
  let bytes = 0;
  for (const piece of sent) {
    bytes += piece.bytes;
    if (bytes >= 32_000 * seconds) return piece.at;
  }
  throw new Error(`less than ${seconds} s were sent`);
}

/** From when on the right words stood there, to the end of a word and for good. */
function rightFrom(seen: readonly Seen[], word: string): number {
  const right = said.slice(0, said.indexOf(word) + word.length);
  const lastWrong = seen.findLastIndex(({ text }) => !text.startsWith(right));
  return seen[lastWrong + 1]?.at ?? Number.NaN;
}

/** When the words ended that the sample says, in seconds. */
const ends: Readonly<Record<string, number>> = { kitchen: 1.93, thirty: 4.86 };

test("captions appear while the microphone hears, at most a second behind", async () => {
  await using window = await openPage();
  await window.evaluate(observe);
  await window.click("#microphone");
  await window.until("document.querySelector('#microphone').hasAttribute('data-on')");
  await window.until("document.querySelector('.provisional')");
  expect(await window.evaluate("!document.querySelector('#level').hidden")).toBe(true);
  const grey = "getComputedStyle(document.querySelector('.provisional')).color";
  const ink = "getComputedStyle(document.body).color";
  expect(await window.evaluate(`${grey} !== ${ink}`)).toBe(true);
  await window.until(isSaid);
  await window.click("#microphone");
  await window.until("!document.querySelector('#tools').hidden");
  expect(await window.text("#transcript")).toBe(said);
  expect(await window.text("#microphone")).toBe("Start listening");

  const [sent, seen] = await window.evaluate<[Sent[], Seen[]]>("[sent, seen]");
  for (const [word, end] of Object.entries(ends)) {
    const behind = (rightFrom(seen, word) - leftAt(sent, end)) / 1000;
    process.stdout.write(`captions: ${word} is ${behind.toFixed(2)} s behind its end\n`);
    expect(behind).toBeLessThan(1);
  }
  // What is settled stays.
  const settled = seen.map(({ text, provisional }) =>
    text.slice(0, text.length - provisional.length),
  );
  for (const [index, text] of settled.entries())
    if (index > 0) expect(text.trim()).toStartWith(settled[index - 1]!.trim());
  expect(await window.evaluate(isSaid)).toBe(true);
  expect(window.complaints).toEqual([]);
}, 60_000);

test("what was heard can be played, downloaded, and transcribed again as a file", async () => {
  await using window = await openPage();
  await window.click("#microphone");
  await window.until(isSaid);
  await window.click("#microphone");
  await window.until("!document.querySelector('#tools').hidden");
  await window.until("document.querySelector('#player audio')?.duration > 4");
  await window.click("a.sentence:nth-of-type(2)");
  await window.until("document.querySelector('audio').currentTime >= 2");
  await window.until("document.querySelector('.sentence:nth-of-type(2)').ariaCurrent === 'true'");
  await window.click(".sentence:nth-of-type(2) .word:nth-of-type(4)");
  await window.until("document.querySelector('.word.lit')?.textContent === 'Boston'");
  const name = await window.text("#sheet-title");
  expect(name).toMatch(/^Captions \d{4}-\d\d-\d\d \d\d\.\d\d$/);
  await window.click("[data-format=srt]");
  expect(await window.downloaded(`${name}.srt`)).toMatch(
    /^1\n00:00:0\d,\d+ --> 00:00:0\d,\d+\nTurn on the light in the kitchen\.\n\n2\n/,
  );
}, 60_000);

test("what a microphone heard is removed only when that is confirmed", async () => {
  await using window = await openPage();
  await window.click("#microphone");
  await window.until(isSaid);
  await window.click("#microphone");
  await window.until("!document.querySelector('#tools').hidden");
  await window.evaluate("window.confirm = (text) => ((window.asked = text), false)");
  await window.click(".take-remove");
  expect(await window.evaluate("window.asked")).toMatch(/^Remove Captions .* No one else keeps it/);
  expect(await window.text("#transcript")).toBe(said);
  await window.evaluate("window.confirm = () => true");
  await window.click(".take-remove");
  await window.until("!document.querySelector('#empty').hidden");
}, 60_000);

test("a server that goes away in the middle costs no word: the recording is kept", async () => {
  let port = 0;
  {
    await using other = new Served();
    ({ port } = other);
    const window = await openPage(other.url);
    await window.click("#microphone");
    await window.until("document.querySelector('#transcript').innerText.includes('kitchen')");
    await other[Symbol.asyncDispose]();
    await window.until("!document.querySelector('#trouble').hidden");
    expect(await window.text("#trouble-text")).toStartWith("The server does not answer.");
    expect(await window.text("#transcript")).toStartWith("Turn on the light");
    expect(await window.text("#microphone")).toBe("Start listening");
    await using _again = new Served({ port });
    await window.click(".take-act");
    await window.until("!document.querySelector('#tools').hidden");
    expect(await window.text("#transcript")).toStartWith("Turn on the light in the kitchen.");
    await window[Symbol.asyncDispose]();
  }
}, 60_000);

describe("without a microphone", () => {
  const started = async (url: string, options: WindowOptions) => {
    await using window = await openPage(url, options);
    await window.click("#microphone");
    await window.until("!document.querySelector('#trouble').hidden");
    expect(await window.text("#microphone")).toBe("Start listening");
    return await window.text("#trouble-text");
  };

  test("the page says how to allow one", async () => {
    const told = await started(served.url, { microphoneAccess: "denied" });
    expect(told).toStartWith("This page may not use the microphone. Allow it");
  }, 30_000);

  test("the page says to connect one", async () => {
    const told = await started(served.url, { microphoneAccess: "missing" });
    expect(told).toStartWith("No microphone was found. Connect one");
  }, 30_000);

  test("the page says that it came unencrypted", async () => {
    await using named = new Served({ access: { hosts: ["asr.test"] } });
    const told = await started(`http://asr.test:${named.port}/`, { hosts: "asr.test" });
    expect(told).toStartWith(
      "Browsers give the microphone to pages of this machine and over HTTPS",
    );
  }, 30_000);

  test("a server that has no place for captions says what may help", async () => {
    const full = () => {
      throw new Problem(503, "4 sockets are open already", { headers: { "retry-after": "1" } });
    };
    await using busy = new Served({ routes: [{ path: "/realtime", methods: { GET: full } }] });
    await using window = await openPage(busy.url);
    await window.click("#microphone");
    await window.until("!document.querySelector('#trouble').hidden");
    expect(await window.text("#trouble-text")).toStartWith("The server opened no connection");
  }, 30_000);
});
