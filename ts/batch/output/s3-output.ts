import type { S3Client } from "bun";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { Output } from "./output.ts";
import {
  lacksKeys,
  type S3Place,
  s3Client,
  s3Failure,
  s3Place,
  s3Request,
  withoutKeys,
} from "./s3.ts";

/** A place in S3, below a prefix. One PUT of a whole object is a commit. */
export class S3Output implements Output {
  readonly name: string;
  readonly #prefix: S3Place;
  readonly #client: S3Client;

  constructor(url: string) {
    this.name = url;
    this.#prefix = s3Place(url);
    this.#client = s3Client(this.#prefix.bucket);
  }

  async get(key: string): Promise<string | undefined> {
    const response = await this.#request(key, "GET");
    if (response.status === 404) return undefined;
    if (!response.ok) throw s3Failure(this.#place(key), response, "output");
    return await response.text();
  }

  async has(key: string): Promise<boolean> {
    const response = await this.#request(key, "HEAD");
    if (response.status === 404) return false;
    if (!response.ok) throw s3Failure(this.#place(key), response, "output");
    return true;
  }

  async names(key: string): Promise<string[]> {
    const prefix = `${this.#place(key).key}/`;
    const names: string[] = [];
    let startAfter: string | undefined;
    for (;;) {
      const page = await this.#page(prefix, startAfter);
      const keys = page.map((found) => found.key);
      names.push(...keys.map((found) => found.slice(prefix.length)));
      startAfter = keys.at(-1);
      if (keys.length < pageKeys || startAfter === undefined) return names;
    }
  }

  async put(key: string, text: string): Promise<boolean> {
    // Who is second is told so, and nothing is written.
    const response = await this.#request(key, "PUT", text, { "if-none-match": "*" });
    if (response.ok) return true;
    if (response.status === 412) return false;
    // Two at the same moment: 409 says that another one is being written.
    if (response.status === 409) return !(await this.has(key)) && (await this.put(key, text));
    throw s3Failure(this.#place(key), response, "output");
  }

  async replace(key: string, text: string): Promise<void> {
    const response = await this.#request(key, "PUT", text);
    if (!response.ok) throw s3Failure(this.#place(key), response, "output");
  }

  async #page(prefix: string, startAfter: string | undefined) {
    const after = startAfter === undefined ? {} : { startAfter };
    try {
      const { contents = [] } = await this.#client.list({ prefix, maxKeys: pageKeys, ...after });
      return contents;
    } catch (error) {
      if (lacksKeys(error)) throw withoutKeys(this.name, "output", error);
      throw new AsrError("output", `${this.name}: cannot be listed: ${messageOf(error)}`);
    }
  }

  #place(key: string): S3Place {
    const { bucket, key: prefix } = this.#prefix;
    return { bucket, key: prefix === "" ? key : `${prefix}/${key}` };
  }

  async #request(
    key: string,
    method: "GET" | "PUT" | "HEAD",
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const request = body === undefined ? { headers } : { headers, body };
    return await s3Request(this.#client, this.#place(key), method, request, "output");
  }
}

const pageKeys = 1000;
