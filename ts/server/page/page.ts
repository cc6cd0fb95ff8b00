// This folder: the page at `/`: captions of a microphone, transcripts of files.

import { languages } from "../../contract/language-names.ts";
import type { Route } from "../http/route.ts";
import styles from "./page.css" with { type: "text" };
import source from "./page.html" with { type: "text" };
import script from "./served/page.js" with { type: "text" };
import worklet from "./served/worklet.js" with { type: "text" };

/** Everything comes from this server, and nothing in the page's text can become code. */
function policy(style: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'sha256-${sha256(style)}'`,
    "connect-src 'self'",
    "media-src blob:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("base64");
}

/** The HTML with its styles, and with every language that the model knows. */
function html(): string {
  const options = Object.entries(languages)
    .sort(([, a], [, b]) => a.localeCompare(b, "en"))
    .map(([code, name]) => `<option value="${code}">${name}</option>`);
  // The types of Bun take a file of HTML for a bundle whatever it is imported as.
  return String(source)
    .replace("<style></style>", () => `<style>${styles}</style>`)
    .replace("</option>\n", (found) => `${found}${options.join("\n")}\n`);
}

/** The routes of the page. It holds no secret: it is there without a key, and asks for one. */
export const page: readonly Route[] = [
  fileRoute("/", "text/html", html(), { "content-security-policy": policy(styles) }),
  fileRoute("/page.js", "text/javascript", script),
  fileRoute("/worklet.js", "text/javascript", worklet),
];

function fileRoute(
  path: string,
  type: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Route {
  const etag = `"${sha256(text)}"`;
  const headers = {
    "content-type": `${type}; charset=utf-8`,
    // A browser asks each time whether it has the page of this version of the server.
    "cache-control": "no-cache",
    etag,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self)",
    "referrer-policy": "no-referrer",
    ...more,
  };
  const get: Route["methods"]["GET"] = ({ request }) => {
    const known = (request.headers.get("if-none-match") ?? "").split(/\s*,\s*/);
    // A proxy that compresses makes a tag a weak one.
    const isKnown = known.some((tag) => tag.replace(/^W\//, "") === etag || tag === "*");
    return isKnown ? new Response(null, { status: 304, headers }) : new Response(text, { headers });
  };
  return { path, methods: { GET: get }, isPublic: true };
}
