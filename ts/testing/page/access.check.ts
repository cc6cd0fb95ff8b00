import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Route } from "../../server/http/route.ts";
import { BrowserWindow, type WindowOptions } from "../browser.ts";
import { Served } from "./served.ts";

// Who sees little, uses no mouse, or has a small screen.

const sample = join(import.meta.dir, "../../../models/demo/sample.wav");
const served = new Served();
afterAll(async () => await served[Symbol.asyncDispose]());

async function openPage(options: WindowOptions = {}, url = served.url): Promise<BrowserWindow> {
  const window = await BrowserWindow.open({ microphone: sample, ...options });
  await window.goto(url);
  await window.until("document.querySelector('#server').textContent === 'Model demo'");
  return window;
}

/** Every field and button is in sight: a transcript, a player, an error, the key. */
async function withEverything(window: BrowserWindow): Promise<void> {
  await window.choose("#files", [sample]);
  await window.until("!document.querySelector('#tools').hidden");
  await window.evaluate("document.querySelector('details').open = true");
  await window.choose("#files", [import.meta.path]);
  await window.until("!document.querySelector('#trouble').hidden");
  await window.click(".take-name");
  await window.until("!document.querySelector('#tools').hidden");
  await window.until("!document.querySelector('#player').hidden");
  await window.evaluate("document.querySelector('#key').hidden = false");
  await window.evaluate("document.querySelector('#retry').hidden = false");
}

/** What has the focus, as a person would call it. */
const focused = `(() => {
  const element = document.activeElement;
  return element.id || element.dataset.format || element.className || element.localName;
})()`;

describe("with the keyboard alone", () => {
  test("everything is reached in the order in which it stands there", async () => {
    await using window = await openPage();
    await window.choose("#files", [sample]);
    await window.until("!document.querySelector('#tools').hidden");
    await window.until("!document.querySelector('#player').hidden");
    const order: string[] = [];
    for (let stops = 0; stops < 30; stops++) {
      await window.press("Tab");
      const name = await window.evaluate<string>(focused);
      if (name === "body" || name === order[0]) break;
      if (order.at(-1) !== name) order.push(name);
    }
    expect(order.join(" ")).toBe(
      "skip microphone choose language summary take-name take-remove audio copy txt srt vtt json " +
        "sentence",
    );
  }, 30_000);

  test("sentences are one stop, arrows go through them, and Enter plays", async () => {
    await using window = await openPage();
    await window.choose("#files", [sample]);
    await window.until("document.querySelector('#player audio')?.readyState >= 1");
    await window.until("!document.querySelector('#tools').hidden");
    await window.evaluate("document.querySelector('[data-format=json]').focus()");
    await window.press("Tab");
    const text = "document.activeElement.textContent";
    expect(await window.evaluate<string>(text)).toBe("Turn on the light in the kitchen.");
    await window.press("ArrowDown");
    expect(await window.evaluate<string>(text)).toStartWith("The train");
    await window.press("ArrowDown");
    expect(await window.evaluate<string>(text)).toStartWith("The train");
    await window.press("Enter");
    await window.until("document.querySelector('audio').currentTime > 2.1");
    await window.press("Home");
    expect(await window.evaluate<string>(text)).toStartWith("Turn on");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    expect(await window.evaluate<string>(outline)).toBe("solid");
  }, 30_000);

  test("the microphone is turned on and off", async () => {
    await using window = await openPage();
    await window.evaluate("document.querySelector('#microphone').focus()");
    await window.press("Enter");
    await window.until("document.querySelector('#microphone').hasAttribute('data-on')");
    await window.until("document.querySelector('#transcript').textContent.includes('kitchen')");
    await window.press(" ");
    await window.until("!document.querySelector('#tools').hidden");
    expect(await window.evaluate<string>(focused)).toBe("microphone");
  }, 30_000);
});

describe("for a screen reader", () => {
  test("whatever can be used has a name and a role", async () => {
    await using window = await openPage();
    await withEverything(window);
    const nodes = await window.accessibilityTree();
    const found = nodes.flatMap(({ ignored, role, name, properties }) => {
      const text = (thing: unknown) => String((thing as { value?: unknown })?.value ?? "");
      const list = properties as { name: string; value: { value: unknown } }[] | undefined;
      const isFocusable = list?.some((one) => one.name === "focusable" && one.value.value === true);
      return ignored || !isFocusable ? [] : [{ role: text(role), name: text(name) }];
    });
    const own = found.filter(({ role }) => role !== "RootWebArea");
    expect(own.filter(({ name, role }) => name === "" && role !== "generic")).toEqual([]);
    const names = own.map(({ role, name }) => `${role} ${name}`);
    expect(names).toContain("combobox Language");
    expect(names).toContain("textbox Words to listen for");
    expect(names).toContain("textbox Key of this server");
    expect(names).toContain("link Turn on the light in the kitchen.");
    expect(names).toContain("button Download SRT subtitles");
    expect(names).toContain("button Start listening");
  }, 30_000);

  test("errors are alerts, captions a log, and the page has its landmarks", async () => {
    await using window = await openPage();
    await withEverything(window);
    const nodes = await window.accessibilityTree();
    const roles = nodes.map(({ role }) => (role as { value?: unknown })?.value);
    for (const role of ["banner", "main", "complementary", "article", "alert", "log", "status"])
      expect(roles).toContain(role);
  }, 30_000);
});

/** Texts whose contrast is too low for level AA, with what it is. */
const lowContrast = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => [red, green, blue]
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found[3] === undefined || found[3] === 1) return found;
    }
    throw new Error("no background");
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const low = [];
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.textContent.trim() === "") continue;
    if (element.getClientRects().length === 0) continue;
    if (element.closest(".spoken, noscript, option")) continue;
    seen++;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(channels(style.color)), luminance(backgroundOf(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) low.push(walker.currentNode.textContent.trim() + " " + contrast.toFixed(2));
  }
  return { low, seen };
})()`;

describe.each([
  ["in the light", false],
  ["in the dark", true],
])("%s", (_, isDark) => {
  test("texts have the contrast of level AA, provisional and lit ones, too", async () => {
    await using window = await openPage({ isDark });
    await withEverything(window);
    await window.evaluate(`(() => {
      document.querySelector(".sentence").setAttribute("aria-current", "true");
      const words = document.createElement("span");
      words.className = "word lit";
      words.textContent = "lit";
      document.querySelectorAll(".sentence")[1].append(words);
      const provisional = document.createElement("span");
      provisional.className = "provisional";
      provisional.textContent = "provisional";
      document.querySelector("#transcript p").append(provisional);
      document.querySelector("#empty").hidden = false;
      document.querySelector("#nothing").hidden = false;
      document.querySelector("#nothing").textContent = "nothing";
    })()`);
    await Bun.sleep(200);
    const { low, seen } = await window.evaluate<{ low: string[]; seen: number }>(lowContrast);
    expect(low).toEqual([]);
    expect(seen).toBeGreaterThan(25);
  }, 30_000);
});

describe("on a phone", () => {
  test.each([390, 320])(
    "of %d pixels nothing is cut off, and fingers find it",
    async (width) => {
      await using window = await openPage({ width, height: 700 });
      await withEverything(window);
      expect(await window.evaluate("document.documentElement.scrollWidth")).toBe(width);
      const small = await window.evaluate<string[]>(`Array.from(
      document.querySelectorAll("button, input, select, textarea, summary, audio"))
      .map((element) => [element, element.getBoundingClientRect()])
      .filter(([, { width, height }]) => width > 0 && (width < 44 || height < 44))
      .map(([{ id, className }, { width, height }]) => [id, className, width, height].join(" "))`);
      expect(small).toEqual([]);
    },
    30_000,
  );

  test("what is chosen in the list comes into sight", async () => {
    await using window = await openPage({ width: 390, height: 700, reducedMotion: true });
    await window.choose("#files", Array(6).fill(sample));
    await window.until("document.querySelectorAll('.take').length === 6");
    await window.until("!document.querySelector('#tools').hidden");
    await window.click(".take:last-child .take-name");
    const { top, player } = await window.evaluate<{ top: number; player: number }>(`({
      top: document.querySelector("#sheet").getBoundingClientRect().top,
      player: document.querySelector("#player").getBoundingClientRect().bottom,
    })`);
    expect(top).toBeGreaterThanOrEqual(player);
    expect(top).toBeLessThan(350);
  }, 30_000);

  test("the button that stops stays in sight while captions grow", async () => {
    await using window = await openPage({ width: 390, height: 700 });
    await window.click("#microphone");
    await window.until("document.querySelector('#transcript').textContent.includes('kitchen')");
    await window.evaluate("document.querySelector('.sheet').style.minHeight = '2000px'");
    await window.evaluate("scrollTo(0, 900)");
    const top = "document.querySelector('#microphone').getBoundingClientRect().top";
    await window.until(`${top} >= 0 && ${top} < 100 && scrollY > 500`);
  }, 30_000);
});

test("nothing moves for whom motion is unwelcome", async () => {
  await using window = await openPage({ reducedMotion: true });
  await window.click("#microphone");
  await window.until("document.querySelector('#microphone').hasAttribute('data-on')");
  expect(await window.evaluate("document.getAnimations().length")).toBe(0);
}, 30_000);

test("a text that looks like HTML is shown as it is, and runs nothing", async () => {
  const text = '<img src=x onerror="document.title=1">&lt;b>';
  const events = [
    { type: "transcript.text.delta", delta: text },
    { type: "transcript.text.done", text, segments: [{ id: 0, start: 0, end: 1, text }] },
  ];
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const hostile: Route = {
    path: "/audio/transcriptions",
    methods: { POST: () => new Response(body) },
  };
  await using other = new Served({ routes: [hostile] });
  await using window = await openPage({}, other.url);
  await window.choose("#files", [sample]);
  await window.until("!document.querySelector('#tools').hidden");
  expect(await window.text("#transcript")).toBe(text);
  expect(await window.evaluate("document.querySelector('#transcript img')")).toBeNull();
  expect(await window.evaluate("document.title")).toBe("bun-asr: speech to text");
  // The policy also refuses what a script would try.
  const tried =
    "(() => { try { document.body.innerHTML = '<b>'; } catch (e) { return e.name; } })()";
  expect(await window.evaluate(tried)).toBe("TypeError");
  expect(await window.evaluate("fetch('https://example.com').catch(({ name }) => name)")).toBe(
    "TypeError",
  );
}, 30_000);
