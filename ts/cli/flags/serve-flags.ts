import { optionTable } from "../../contract/option-table.ts";
import { wyomingPort } from "../../server/wyoming/listen.ts";
import type { FlagTable, GivenFlags } from "./flags.ts";
import { flagsUnder } from "./option-flags.ts";

const { model, ...opening } = flagsUnder("Model");

/** The flags of `serve`. */
export const serveFlags = {
  "Where it listens": {
    host: {
      value: "ADDRESS",
      default: "127.0.0.1",
      help: "0.0.0.0 is every address of this machine: give keys, too",
    },
    port: {
      short: "p",
      kind: { type: "number", min: 0, max: 65_535, isWhole: true },
      default: 8765,
      help: "0 takes a free one",
    },
    wyoming: {
      value: "PORT",
      bare: String(wyomingPort),
      help:
        `Home Assistant's Wyoming, too: at ${wyomingPort}, PORT or HOST:PORT. It has no keys, so ` +
        "it is for this machine alone unless HOST says otherwise",
    },
  },
  "Who may use it": {
    "api-key": {
      value: "KEY",
      help:
        "a key of which requests must bring one; can be repeated. Others see it in the list " +
        "of processes: $BUN_ASR_API_KEY or a file keeps it",
    },
    "api-key-file": { value: "FILE", help: "keys, one on each line; # begins a comment" },
    "without-key": { help: "let other machines use it without a key" },
    "allow-origin": {
      value: "ORIGIN",
      help:
        "pages of this origin may use it, as https://example.com, app://obsidian.md or *; " +
        "can be repeated",
    },
    "allow-host": {
      value: "NAME",
      help: "it goes by this name, too, as behind a proxy; can be repeated",
    },
  },
  Model: {
    model: { ...model, help: `${model.help}. Can be repeated: clients choose by name` },
    "keep-alive": {
      value: "TIME",
      default: "10m",
      help: "a model that nobody uses is closed after so long; never keeps it",
    },
    "memory-limit": {
      value: "SIZE",
      default: "none",
      help: "of the weights of all open models; idle ones are closed for others",
    },
    ...opening,
    words: {
      kind: optionTable.words.kind,
      default: "auto",
      help:
        "where word times come from, for clients that want some and do not say it: the decoder's " +
        "attention, the aligner, or auto: the aligner where it is there and knows the language",
    },
  },
  Limits: {
    "max-upload": { value: "SIZE", default: "1GB", help: "of one recording as it is sent" },
    "max-duration": {
      value: "TIME",
      default: "4h",
      aliases: ["max-seconds"],
      help: "of one recording, counted while it is decoded",
    },
    queue: {
      kind: { type: "number", min: 0, max: 10_000, isWhole: true },
      default: 16,
      help: "recordings that wait; who comes then is told to come again",
    },
  },
  Behaviour: {
    "drain-time": {
      value: "TIME",
      default: "30s",
      help: "how long the end waits for what runs",
    },
    "drain-delay": {
      value: "TIME",
      default: "0s",
      help:
        "how long requests are still taken at the end, while /health says draining: 5s where a " +
        "proxy watches it",
    },
    "print-unit": {
      kind: { type: "choice", choices: ["systemd", "launchd"] },
      help: "print what starts it with these flags when the machine starts, and end",
    },
    "print-haproxy": {
      kind: { type: "number", min: 1, max: 100, isWhole: true },
      help:
        "print a configuration of HAProxy that listens at --host and --port, before so many " +
        "servers at the ports after it, and end",
    },
    "replica-host": {
      value: "NAME",
      help: "with --print-haproxy: so many servers on this machine; can be repeated",
    },
    verbose: { short: "v", help: "a line on standard error for each request" },
    quiet: { short: "q", help: "no notes and no progress on standard error" },
    help: { short: "h", help: "this text" },
  },
} as const satisfies FlagTable;

/** What `serve` was given. */
export type ServeFlags = GivenFlags<typeof serveFlags>;
