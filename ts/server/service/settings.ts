import { optionTable } from "../../contract/option-table.ts";
import type { RecordingSettings } from "../../contract/options.ts";

/** Where the times of words come from. */
export type WordSource = NonNullable<RecordingSettings["words"]>;

export const wordSources: readonly WordSource[] = optionTable.words.kind.choices;

/** What a server takes from its clients; each bound is counted while it is read or decoded. */
export interface Limits {
  /** Most bytes of an upload. */
  maxUploadBytes: number;
  /**
   * Longest recording, in seconds, counted while it is decoded. Decoded sound needs no limit of its
   * own: some seconds of it are kept at a time, however long it is.
   */
  maxSeconds: number;
  /** Most requests that wait for a model; who comes then is told to come again. */
  maxWaiting: number;
  /** Most WebSockets, and most Wyoming connections, at once. */
  maxSockets: number;
  /** Most bytes of a prompt, in UTF-8. */
  maxPromptBytes: number;
  /** Most keywords, and most characters of one. */
  maxKeywords: number;
  maxKeywordLength: number;
  /** Most bytes of events that wait for a client that does not read; then it is let go. */
  maxUnreadBytes: number;
  /** Most bytes of a message on a WebSocket: 15 MiB of sound in base64, and what is around it. */
  maxMessageBytes: number;
  /** Longest time without a byte of an upload, in seconds. */
  maxUploadSilence: number;
}

export const defaultLimits: Limits = {
  maxUploadBytes: 1_000_000_000,
  maxSeconds: 4 * 3600,
  maxWaiting: 16,
  maxSockets: 64,
  maxPromptBytes: 8192,
  maxKeywords: 100,
  maxKeywordLength: 64,
  maxUnreadBytes: 1_000_000,
  maxMessageBytes: 20 * 2 ** 20 + 4096,
  maxUploadSilence: 30,
};

/** Who may use a server. */
export interface Access {
  /** Keys of which each request must bring one, in its header; none: no key is asked for. */
  apiKeys: readonly string[];
  /** Origins of pages that may use it besides its own, as in `app://obsidian.md`; `*`: all. */
  origins: readonly string[];
  /** Names by which clients may call the server, besides those of this machine's loopback. */
  hosts: readonly string[];
}
