// This folder: where plans, parts and reports lie: a folder that machines share, or S3.

/** The output of a batch. Keys have slashes, as in `parts/part-000001.jsonl`. */
export interface Output {
  /** As the user names it. */
  readonly name: string;
  /** The text under a key; undefined where there is none. */
  get(key: string): Promise<string | undefined>;
  has(key: string): Promise<boolean>;
  /** The names right below a key. */
  names(key: string): Promise<string[]>;
  /** Writes a text as a whole, unless one is there: says whether this is the one. */
  put(key: string, text: string): Promise<boolean>;
  /** Writes a text as a whole, whatever is there. */
  replace(key: string, text: string): Promise<void>;
}
