import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import type { HubOptions } from "../contract/options.ts";

/** Where models come from and where they lie: the variables that Python's huggingface_hub reads. */
export interface HubSettings {
  /** `HF_ENDPOINT`, without a slash at the end. */
  endpoint: string;
  /** The folder with one `models--org--name` for each model. */
  cacheFolder: string;
  /** Sent to the endpoint alone. */
  token: string | undefined;
  /** Nothing is asked of the network. */
  offline: boolean;
}

/** Whether the token goes over the network unencrypted; to this machine itself it may. */
export function isInTheOpen({ endpoint, token }: HubSettings): boolean {
  const { protocol, hostname } = new URL(endpoint);
  const isHere = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return token !== undefined && protocol === "http:" && !isHere;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; `options` go before it. */
export function hubSettings(
  { cacheDir, offline }: HubOptions = {},
  environment: Environment = process.env,
): HubSettings {
  const get = (name: string) => environment[name] || undefined;
  const path = (name: string) => pathOf(name, environment);
  const home = homeOf(environment);
  const cacheFolder = path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? join(home, "hub");
  const tokenFile = path("HF_TOKEN_PATH") ?? join(home, "token");
  const withoutToken = isTrue(get("HF_HUB_DISABLE_IMPLICIT_TOKEN"));
  return {
    endpoint: checkedEndpoint(get("HF_ENDPOINT") ?? "https://huggingface.co"),
    cacheFolder: cacheDir ?? cacheFolder,
    token: withoutToken ? undefined : tokenOf(get("HF_TOKEN"), tokenFile),
    offline: offline ?? isTrue(get("HF_HUB_OFFLINE") ?? get("TRANSFORMERS_OFFLINE")),
  };
}

/**
 * The folder for what is fetched and is no model, one folder in it for each program: as Python's
 * huggingface_hub has it, or within the cache folder that the options name.
 */
export function assetsFolder(
  { cacheDir }: HubOptions = {},
  environment: Environment = process.env,
): string {
  if (cacheDir !== undefined) return join(cacheDir, ".assets");
  const path = (name: string) => pathOf(name, environment);
  const named = path("HF_ASSETS_CACHE") ?? path("HUGGINGFACE_ASSETS_CACHE");
  return named ?? join(homeOf(environment), "assets");
}

function homeOf(environment: Environment): string {
  const path = (name: string) => pathOf(name, environment);
  const caches = path("XDG_CACHE_HOME") ?? join(environment["HOME"] || homedir(), ".cache");
  return path("HF_HOME") ?? join(caches, "huggingface");
}

function pathOf(name: string, environment: Environment): string | undefined {
  const value = environment[name];
  return value ? expand(value, environment) : undefined;
}

/** `~` and `$NAME` at the places where Python's library expands them. */
function expand(path: string, environment: Environment): string {
  const home = environment["HOME"] ?? homedir();
  return path
    .replace(/^~(?=\/|$)/, home)
    .replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (whole, bare, braced) => {
      return environment[bare ?? braced] ?? whole;
    });
}

function isTrue(value: string | undefined): boolean {
  return /^(?:1|on|yes|true)$/i.test(value ?? "");
}

function checkedEndpoint(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.username === "") {
    return url.href.replace(/\/+$/, "");
  }
  const hint = "give a URL as in https://huggingface.co";
  throw new AsrError("usage", "HF_ENDPOINT is not the address of a hub", hint);
}

function tokenOf(given: string | undefined, file: string): string | undefined {
  const token = (given ?? readIfThere(file)).trim();
  if (token === "") return undefined;
  // It becomes a header; the message must not repeat it.
  if (/^[\x21-\x7e]{1,1024}$/.test(token)) return token;
  const source = given === undefined ? file : "HF_TOKEN";
  throw new AsrError("usage", `${source} holds no valid token`, "set it again, or unset it");
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
