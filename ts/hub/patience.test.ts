import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { HubAndCache, testName } from "../testing/hub-and-cache.ts";
import { quickTuning, singleModel, testId } from "../testing/hub-models.ts";
import { LoopbackHub, listingOf, type Misdeed } from "../testing/loopback-hub.ts";
import { HubClient } from "./client.ts";
import { type DownloadProgress, pull } from "./pull.ts";
import { isInTheOpen } from "./settings.ts";

setDefaultTimeout(30_000);

const model = singleModel(1, 20_000);

describe("a hub that is too slow to ever end is given up, with its pace", () => {
  const slow = { stallMs: 100, minBytesPerSecond: 1000, attempts: 2 };

  test.each([
    ["its list", () => true],
    ["a small file", ({ file }: { file: string | undefined }) => file === "merges.txt"],
    ["the weights", ({ isStore }: { isStore: boolean }) => isStore],
  ])("%s", async (_, meets) => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = (request) => (meets(request) ? { kind: "drip", ms: 10 } : undefined);
    const action = () => at.pull({}, slow);
    await expectAsrError(action, "model", "the connection is too slow: only", "run it again");
  });

  test("one that is slow, but not as slow, is waited for", async () => {
    using at = await HubAndCache.start(singleModel(1, 100));
    at.hub.misdeed = ({ isStore }) => (isStore ? { kind: "drip", ms: 3 } : undefined);
    expect((await at.pull({}, { ...slow, minBytesPerSecond: 20 })).bytes).toBeGreaterThan(100);
  });
});

describe("what is final is not asked for again", () => {
  const whose: [string, Misdeed, string, number][] = [
    ["a circle", { kind: "redirect", to: "?again" }, "redirects in a circle", 9],
    ["no web address", { kind: "redirect", to: "ftp://x.invalid" }, "no web address", 1],
    ["a login page", { kind: "page" }, "answers with a web page instead; does the network", 1],
    ["gone", { kind: "status", status: 410 }, "answered 410", 1],
    ["gated", { kind: "status", status: 403 }, "access is restricted (403)", 1],
  ];
  test.each(whose)("%s", async (_, misdeed, why, requests) => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = () => misdeed;
    await expectAsrError(() => at.pull(), "model", why);
    expect(at.hub.requests.length).toBe(requests);
  });

  test("a store that refuses is asked once more, by a fresh address", async () => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = ({ isStore }) => (isStore ? { kind: "status", status: 404 } : undefined);
    const action = () => at.pull({}, { connections: 1 });
    await expectAsrError(action, "model", "where the hub sends us, answered 404");
    expect(at.hub.requests.filter(({ isStore }) => isStore).length).toBe(2);
  });

  test("a redirect to another host's login page names that host", async () => {
    using at = await HubAndCache.start(model);
    using portal = await LoopbackHub.start({});
    portal.misdeed = () => ({ kind: "page" });
    at.hub.misdeed = () => ({ kind: "redirect", to: `${portal.endpoint}/login` });
    const { host } = new URL(portal.endpoint);
    await expectAsrError(() => at.pull(), "model", `${host} answers with a web page`, "browser");
  });
});

test("the first silence of a second is told, not only the waits behind it", async () => {
  using at = await HubAndCache.start(model);
  at.hub.misdeed = () => (at.hub.requests.length === 1 ? { kind: "stall", after: 0 } : undefined);
  const notes: unknown[] = [];
  const onProgress = ({ note }: DownloadProgress) => note !== undefined && notes.push(note);
  await at.pull({ onProgress }, { answerMs: 5000, stallMs: 1100 });
  expect(notes).toEqual([`${testId}: no byte for 1.1 s; trying again`]);
});

test("what is tried again for long is told, each reason once", async () => {
  using at = await HubAndCache.start(model);
  const headers = { "retry-after": "1" };
  const busy: Misdeed = { kind: "status", status: 503, headers };
  at.hub.misdeed = () => (at.hub.requests.length <= 2 ? busy : undefined);
  const notes: unknown[] = [];
  await at.pull({ onProgress: ({ note }) => note !== undefined && notes.push(note) });
  expect(notes).toEqual([`${testId}: the hub answered 503 and asks to wait 1 s; trying again`]);
});

describe("a message says whose fault it is", () => {
  test("a token that does not open a gated model", async () => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = () => ({ kind: "status", status: 403 });
    const settings = at.cache.settings(at.hub.endpoint, { token: "hf_secret" });
    const error = await expectAsrError(
      () => pull(testName, settings, {}, quickTuning),
      "model",
      "the token does not open it (403)",
      "as the user of this token",
      "fine-grained",
    );
    expect(error.oneLine).not.toContain("hf_secret");
    expect(error.oneLine).not.toContain("set HF_TOKEN");
  });

  test.each([[undefined], [null]])("a mirror that lists sizes as %p", async (size) => {
    const proper = listingOf(model);
    const siblings = proper.siblings.map((one) => ({ ...one, size }));
    using at = await HubAndCache.start({ ...model, listing: { ...proper, siblings } });
    const why = "the hub lists config.json without its size";
    await expectAsrError(() => at.pull(), "model", why, "HF_ENDPOINT names a mirror");
  });
});

describe("a token that would go unencrypted", () => {
  test.each([
    ["http://hub.example", "hf_x", true],
    ["http://10.0.0.7:8080", "hf_x", true],
    ["http://127.example.com", "hf_x", true],
    ["http://localhost.example.com", "hf_x", true],
    ["http://hub.example", undefined, false],
    ["https://hub.example", "hf_x", false],
    ["http://localhost:9", "hf_x", false],
    ["http://127.0.0.1:9", "hf_x", false],
    ["http://[::1]:9", "hf_x", false],
  ])("%s with %p: %p", (endpoint, token, expected) => {
    const settings = { endpoint, token, cacheFolder: "", offline: false };
    expect(isInTheOpen(settings)).toBe(expected);
  });

  test("is told before the first request, once", async () => {
    const notes: string[] = [];
    const settings = { endpoint: "http://hub.invalid", cacheFolder: "", offline: false };
    const tell = (note: string) => notes.push(note);
    const client = new HubClient({ ...settings, token: "hf_secret" }, quickTuning, tell);
    const signal = new AbortController().signal;
    for (const path of ["/a", "/b"]) await client.get(path, "x", signal).catch(() => {});
    const why = "HF_ENDPOINT is not https: the token goes to http://hub.invalid";
    expect(notes).toEqual([`${why} for everyone to read`]);
  });
});
