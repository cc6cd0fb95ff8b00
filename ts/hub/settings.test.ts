import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { assetsFolder, hubSettings } from "./settings.ts";

const home = { HOME: "/home/ada" };

test.each([
  [{}, "/home/ada/.cache/huggingface/hub"],
  [{ XDG_CACHE_HOME: "/caches" }, "/caches/huggingface/hub"],
  [{ HF_HOME: "~/hf", XDG_CACHE_HOME: "/caches" }, "/home/ada/hf/hub"],
  [{ HF_HOME: "/hf", HUGGINGFACE_HUB_CACHE: "/old" }, "/old"],
  [
    { HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: `$HOME/x/$${"{HOME}"}` },
    "/home/ada/x//home/ada",
  ],
  [{ HF_HUB_CACHE: "", HF_HOME: "/hf/$UNSET" }, "/hf/$UNSET/hub"],
])("the cache with %p is %s", (environment, folder) => {
  expect(hubSettings({}, { ...home, ...environment }).cacheFolder).toBe(folder);
});

test.each([
  [{}, "/home/ada/.cache/huggingface/assets"],
  [{ XDG_CACHE_HOME: "/caches", HF_HUB_CACHE: "/hub" }, "/caches/huggingface/assets"],
  [{ HF_HOME: "~/hf" }, "/home/ada/hf/assets"],
  [{ HUGGINGFACE_ASSETS_CACHE: "/old" }, "/old"],
  [{ HUGGINGFACE_ASSETS_CACHE: "/old", HF_ASSETS_CACHE: "~/new" }, "/home/ada/new"],
])("what is no model lies, with %p, in %s", (environment, folder) => {
  expect(assetsFolder({}, { ...home, ...environment })).toBe(folder);
  expect(assetsFolder({ cacheDir: "/mine" }, { ...home, ...environment })).toBe("/mine/.assets");
});

test("options go before the environment", () => {
  const environment = { ...home, HF_HUB_CACHE: "/cache", HF_HUB_OFFLINE: "1" };
  expect(hubSettings({}, environment)).toMatchObject({ cacheFolder: "/cache", offline: true });
  const options = { cacheDir: "/mine", offline: false };
  expect(hubSettings(options, environment)).toMatchObject({ cacheFolder: "/mine", offline: false });
});

test("the endpoint", async () => {
  const endpoint = (HF_ENDPOINT?: string) => hubSettings({}, { ...home, HF_ENDPOINT }).endpoint;
  expect(endpoint()).toBe("https://huggingface.co");
  expect(endpoint("http://mirror.example:8080/hf/")).toBe("http://mirror.example:8080/hf");
  for (const wrong of ["huggingface.co", "ftp://x", "https://user:secret@x", "https://x/?y"]) {
    const error = await expectAsrError(() => endpoint(wrong), "usage", "HF_ENDPOINT");
    expect(error.oneLine).not.toContain("secret");
  }
});

test("the token comes from the variable, else from the file of a login", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-settings-"));
  try {
    writeFileSync(join(folder, "token"), "hf_fromTheFile\n");
    writeFileSync(join(folder, "other"), "hf_fromTheOther");
    const token = (more: object) => hubSettings({}, { ...home, HF_HOME: folder, ...more }).token;
    expect(token({})).toBe("hf_fromTheFile");
    expect(token({ HF_TOKEN: "hf_given" })).toBe("hf_given");
    expect(token({ HF_TOKEN_PATH: join(folder, "other") })).toBe("hf_fromTheOther");
    expect(token({ HF_TOKEN_PATH: join(folder, "none") })).toBeUndefined();
    expect(token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" })).toBeUndefined();
    const unusable = { HF_TOKEN: "hf_secret\nX-Header: 1" };
    const error = await expectAsrError(() => token(unusable), "usage", "HF_TOKEN");
    expect(error.oneLine).not.toContain("secret");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
