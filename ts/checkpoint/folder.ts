import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";
import { type Json, objectOf, readJsonObject } from "./json-file.ts";
import { type FileHeader, readHeader } from "./safetensors.ts";

/** The folder of a model as its small files show it; read as far as somebody asks. */
export class ModelFolder {
  readonly path: string;
  /** Names of its files and folders. */
  readonly names: readonly string[];
  #config: Json | undefined;
  #headers: readonly FileHeader[] | undefined;

  private constructor(path: string, names: readonly string[], config?: Json) {
    this.path = path;
    this.names = names;
    this.#config = config;
  }

  /** A model of which config.json alone is known; `name` is used in messages. */
  static ofConfig(name: string, config: Json): ModelFolder {
    return new ModelFolder(name, [], config);
  }

  /** Throws AsrError `model` with the hint unless `path` is a folder. */
  static open(path: string, hint = "use `demo` or the folder of a checkpoint"): ModelFolder {
    // A path with a NUL is none.
    const found = existsSync(path) ? statSync(path) : undefined;
    if (found === undefined) throw new AsrError("model", `${path}: no such model folder`, hint);
    if (!found.isDirectory()) {
      throw new AsrError("model", `${path}: is a file, not a model folder`, hint);
    }
    try {
      return new ModelFolder(path, readdirSync(path).sort());
    } catch (error) {
      throw new AsrError("model", `${path}: cannot be read: ${messageOf(error)}`);
    }
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** config.json. Throws AsrError `model` when it is missing or no JSON object. */
  get config(): Json {
    this.#config ??= readJsonObject(join(this.path, "config.json"));
    return this.#config;
  }

  /** Where config.json has the sizes: under `thinker_config`, or at the top. */
  get thinker(): Json {
    return objectOf(this.config["thinker_config"]) ?? this.config;
  }

  /** The same of a folder whose config.json may be missing or broken: then nothing. */
  get thinkerIfAny(): Json {
    try {
      return this.thinker;
    } catch {
      return {};
    }
  }

  /** Another file of JSON; undefined when it is not there, or no such file. */
  json(name: string): Json | undefined {
    if (!this.has(name)) return undefined;
    try {
      return readJsonObject(join(this.path, name));
    } catch {
      return undefined;
    }
  }

  /** Names of the files of weights. */
  get weights(): readonly string[] {
    return this.names.filter((name) => /^[^.].*\.safetensors$/.test(name));
  }

  /** The headers that can be read; what is wrong with others, whoever opens the model says. */
  get headers(): readonly FileHeader[] {
    this.#headers ??= this.weights.flatMap((name) => {
      try {
        return [readHeader(join(this.path, name))];
      } catch {
        return [];
      }
    });
    return this.#headers;
  }

  /** Whether a tensor has a name like this. */
  hasTensor(pattern: RegExp): boolean {
    return this.headers.some(({ tensors }) => [...tensors.keys()].some((key) => pattern.test(key)));
  }

  /** The first bytes of a file as text, "" when it is none or cannot be read. */
  beginning(name: string, length: number): string {
    const path = join(this.path, name);
    try {
      if (!statSync(path).isFile()) return "";
      const bytes = new Uint8Array(length);
      const file = openSync(path, "r");
      try {
        return new TextDecoder("latin1").decode(bytes.subarray(0, readSync(file, bytes)));
      } finally {
        closeSync(file);
      }
    } catch {
      return "";
    }
  }
}
