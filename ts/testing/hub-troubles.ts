import { fileMisdeeds, type HubRequest, type LoopbackHub, type Misdeed } from "./loopback-hub.ts";

type Random = () => number;

/** The file that lasting trouble is about; it has 24,000 bytes. */
const firstShard = "model-00001-of-00002.safetensors";

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Trouble that comes and goes: a third of the requests, and wrong bytes once for each file. */
export function passingTrouble(random: Random): LoopbackHub["misdeed"] {
  const corrupted = new Set<string>();
  const expired = new Set<string>();
  const rate = 0.1 + 0.3 * random();
  return ({ file, isStore }) => {
    if (random() > rate) return undefined;
    const after = random();
    const retry = { "retry-after": "0" };
    const anywhere: Misdeed[] = [
      { kind: "drop", after },
      { kind: "status", status: pick(random, [408, 429, 500, 502, 503, 504]), headers: retry },
      { kind: "slow", ms: 10 * after },
    ];
    // One stall takes as long as everything else together.
    if (after < 0.1) anywhere.push({ kind: "stall", after });
    if (file === undefined) return pick(random, [...anywhere, { kind: "garbage" } as const]);
    // Where a redirect leads, an address may have expired.
    if (isStore && !expired.has(file) && random() < 0.2) {
      expired.add(file);
      return { kind: "status", status: 403 };
    }
    const kind = pick(random, fileMisdeeds);
    if (kind === "corrupt" && corrupted.has(file)) return undefined;
    if (kind === "corrupt") corrupted.add(file);
    return pick(random, [...anywhere, { kind }, { kind }]);
  };
}

/** Trouble that stays, for a sharded model of 40,000 bytes, with what the message must tell. */
export const lastingTroubles: [Misdeed, (request: HubRequest) => boolean, RegExp][] = [
  [{ kind: "corrupt" }, isLarge, /model-00001.*: hash [0-9a-f]{64} expected, [0-9a-f]{64} found/],
  [{ kind: "short" }, isLarge, /model-00001.*sends \d+ of \d+ bytes|announces \d+ bytes/],
  [{ kind: "long" }, isLarge, /model-00001.*announces \d+ bytes, not \d+/],
  [{ kind: "gzip" }, isLarge, /model-00001.*sends it as gzip/],
  [{ kind: "range" }, isLarge, /model-00001.*sends bytes 7-8\/9, not bytes \d+-\d+\/24000/],
  [
    { kind: "etag" },
    ({ file, isStore }) => file === firstShard && !isStore,
    /model-00001.*has the content 0+ now, not/,
  ],
  [{ kind: "drop", after: 0.01 }, isLarge, /model-00001.*the connection failed/],
  [{ kind: "redirect", to: "?again" }, isLarge, /model-00001.*redirects in a circle/],
  [{ kind: "redirect", to: "ftp://a.invalid/x" }, isLarge, /redirects to no web address/],
  [{ kind: "status", status: 403 }, isLarge, /model-00001.*where the hub sends us, answered 403/],
  [{ kind: "page" }, isLarge, /model-00001.*answers with a web page/],
  [{ kind: "status", status: 404 }, isConfig, /config.json: .*404/],
  [{ kind: "status", status: 500 }, isConfig, /config.json: the hub answered 500/],
  [{ kind: "status", status: 403 }, isListing, /access is restricted.*HF_TOKEN/],
  [{ kind: "status", status: 401 }, isListing, /no such model, or it is private.*HF_TOKEN/],
  [{ kind: "garbage" }, isListing, /list of files is not JSON/],
  [
    { kind: "status", status: 429, headers: { "retry-after": "9999" } },
    isListing,
    /answered 429 and asks to wait 9999 s/,
  ],
];

function isLarge({ file, isStore }: HubRequest): boolean {
  return file === firstShard && isStore;
}

function isConfig({ file }: HubRequest): boolean {
  return file === "config.json";
}

function isListing({ file }: HubRequest): boolean {
  return file === undefined;
}
