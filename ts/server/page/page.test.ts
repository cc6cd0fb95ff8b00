import { describe, expect, test } from "bun:test";
import { languages } from "../../contract/language-names.ts";
import { scriptedServer } from "../../testing/server.ts";
import { page } from "./page.ts";

const { app } = scriptedServer(page, { access: { apiKeys: ["secret"] } });

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await app.fetch(new Request(`http://localhost${path}`, { headers }));
  return answer ?? Response.error();
}

const html = await (await get("/")).text();

describe("the page", () => {
  test("is there without a key, and holds none", async () => {
    const answer = await get("/");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(html).toStartWith("<!doctype html>");
    expect(html).not.toContain("secret");
  });

  test("lets nothing run but the scripts of this server", async () => {
    const policy = (await get("/")).headers.get("content-security-policy") ?? "";
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; ");
    expect(policy).not.toContain("unsafe");
    const [, styles = ""] = /<style>([\s\S]*)<\/style>/.exec(html) ?? [];
    const digest = new Bun.CryptoHasher("sha256").update(styles).digest("base64");
    expect(policy).toContain(`style-src 'sha256-${digest}'`);
    expect(styles).toContain("--paper");
    expect(html).not.toMatch(/\son\w+=|\sstyle=|<script(?![^>]*\ssrc=)/);
  });

  test("takes everything that it needs from this server, below whatever path", async () => {
    const sources = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
    const outer = sources.filter((source) => !/^(?:data:|#)/.test(source ?? ""));
    expect(outer).toEqual(["page.js"]);
    for (const path of ["/page.js", "/worklet.js"]) {
      const script = await get(path);
      expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      const text = await script.text();
      expect(text).not.toMatch(/\binnerHTML|\beval\(|new Function|https?:\/\/(?!localhost)/);
      expect(text).not.toMatch(/\b(?:Bun|process|Buffer)\.|\brequire\(/);
      expect(text.length).toBeGreaterThan(1000);
    }
  });

  test("offers every language by its code, and to detect it", () => {
    const options = [...html.matchAll(/<option value="(\w*)">/g)].map(([, code]) => code);
    expect(options[0]).toBe("");
    expect(options.slice(1).sort()).toEqual(Object.keys(languages).sort());
  });

  test("names every field and button", () => {
    const unnamed = [...html.matchAll(/<(input|select|textarea)\b[^>]*>/g)].filter(
      ({ 0: tag, index }) => {
        const before = html.slice(0, index);
        const isInside = before.lastIndexOf("<label") > before.lastIndexOf("</label>");
        const [, id] = /\sid="([^"]+)"/.exec(tag) ?? [];
        return !(isInside || tag.includes("aria-label=") || html.includes(`for="${id}"`));
      },
    );
    expect(unnamed.map(([tag]) => tag)).toEqual([]);
    expect(html).toContain('<html lang="en">');
  });
});

describe("a browser that has it already", () => {
  test.each(["/", "/page.js", "/worklet.js"])("is told so for %s", async (path) => {
    const first = await get(path);
    const etag = first.headers.get("etag") ?? "";
    expect(first.headers.get("cache-control")).toBe("no-cache");
    const again = await get(path, { "if-none-match": `"other", W/${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
    expect(again.headers.get("etag")).toBe(etag);
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
  });
});
