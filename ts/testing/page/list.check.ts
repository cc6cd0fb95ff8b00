import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrowserWindow } from "../browser.ts";
import { Served } from "./served.ts";

// The list of recordings, and the settings above it.

const sample = join(import.meta.dir, "../../../models/demo/sample.wav");
const said = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";
const folder = mkdtempSync(join(tmpdir(), "bun-asr-list-"));
const served = new Served();
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const isDone = "!document.querySelector('#tools').hidden";

async function openPage(window: BrowserWindow): Promise<void> {
  await window.goto(served.url);
  await window.until("document.querySelector('#server').textContent === 'Model demo'");
}

test("a file is taken out of the list by whoever wants it no more", async () => {
  await using window = await BrowserWindow.open();
  const other = join(folder, "other.wav");
  symlinkSync(sample, other);
  await openPage(window);
  await window.choose("#files", [sample, other]);
  const states = "[...document.querySelectorAll('.take-state')].map((one) => one.textContent)";
  await window.until(`${states}.join() === '0:05,0:05'`);
  await window.click(".take-remove");
  await window.until("document.querySelector('#sheet-title').textContent === 'other.wav'");
  expect(await window.evaluate(`${states}.length`)).toBe(1);
  expect(await window.evaluate("document.activeElement.className")).toBe("take-name");
  expect(await window.text("#transcript")).toBe(said);
  expect(await window.text("#status")).toBe("sample.wav: removed.");
  await window.click(".take-remove");
  await window.until("!document.querySelector('#empty').hidden");
  expect(await window.text("#transcript")).toBe("");
  expect(await window.text("#sheet-title")).toBe("Transcript");
  for (const id of ["takes", "player", "tools", "footnote"])
    expect([id, await window.evaluate(`document.querySelector('#${id}').hidden`)]).toEqual([
      id,
      true,
    ]);
  expect(await window.evaluate("document.activeElement.id")).toBe("choose");
  await window.choose("#files", [sample]);
  await window.until(isDone);
  expect(await window.text("#transcript")).toBe(said);
  expect(window.complaints).toEqual([]);
}, 30_000);

test("the languages are those that the model knows", async () => {
  await using window = await BrowserWindow.open();
  await openPage(window);
  const codes = "[...document.querySelectorAll('#language option')].map(({ value }) => value)";
  await window.choose("#files", [sample]);
  await window.until(isDone);
  // It was opened for the file: now the server knows it.
  await openPage(window);
  await window.until(`${codes}.length < 10`);
  expect(await window.evaluate<string[]>(codes)).toEqual(["", "en"]);
}, 30_000);
