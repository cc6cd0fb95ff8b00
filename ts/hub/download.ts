import { AsrError } from "../contract/errors.ts";
import type { CachedModel } from "./cache.ts";
import type { HubClient, HubResponse } from "./client.ts";
import { hashLike } from "./digest.ts";
import type { RemoteFile } from "./listing.ts";
import type { HeldLock } from "./lock.ts";
import { PartialFile } from "./partial-file.ts";
import { Fault, Retries } from "./retries.ts";
import type { Slots } from "./slots.ts";

/** What the files of one download have in common. */
export interface DownloadContext {
  client: HubClient;
  model: CachedModel;
  /** The id on the hub. */
  id: string;
  commit: string;
  lock: HeldLock;
  /** For the requests of all files. */
  slots: Slots;
  /** Called with the bytes that were written, or lost when a file begins again. */
  onBytes(bytes: number, file: string): void;
}

/** A stretch of a file: blocks from `first` to before `end`. */
interface Span {
  first: number;
  end: number;
}

/**
 * Fetches one file in ranges over several connections into a partial file, checks its hash and
 * makes it a blob. Bytes that do not have the right hash in the end are fetched once more.
 */
export class FileDownload {
  readonly #context: DownloadContext;
  readonly #file: RemoteFile;
  readonly #partial: PartialFile;
  /** Set when the hub sends whole files only: one connection, in order. */
  #whole: Promise<void> | undefined;

  private constructor(context: DownloadContext, file: RemoteFile, partial: PartialFile) {
    this.#context = context;
    this.#file = file;
    this.#partial = partial;
  }

  /** Opens what was fetched before. */
  static async open(context: DownloadContext, file: RemoteFile): Promise<FileDownload> {
    const { blockBytes } = context.client.tuning;
    const path = context.model.partial(file.hash);
    return new FileDownload(context, file, await PartialFile.open(path, file.size, blockBytes));
  }

  /** Bytes that need not be fetched. */
  get bytes(): number {
    return this.#partial.bytes;
  }

  async close(): Promise<void> {
    await this.#partial.close();
  }

  async run(): Promise<void> {
    const { model, lock, slots, onBytes } = this.#context;
    const { name, hash } = this.#file;
    const path = model.partial(hash);
    let found = "";
    for (let round = 0; round < 2; round++) {
      await this.#fetchMissing();
      await this.#partial.sync();
      found = await hashLike(hash, path, slots.signal);
      if (found === hash) {
        await lock.check();
        await model.adopt(path, hash);
        return await PartialFile.remove(path);
      }
      onBytes(-this.#partial.bytes, name);
      await this.#partial.restart();
      this.#whole = undefined;
    }
    const why = `the hub sent other bytes twice: hash ${hash} expected, ${found} found`;
    const hint = "try another revision, or tell the model's author";
    throw new AsrError("model", `${this.#context.id}: ${name}: ${why}`, hint);
  }

  async #fetchMissing(): Promise<void> {
    const { slots } = this.#context;
    await slots.all(this.#spans().map((span) => () => slots.run(() => this.#fetchSpan(span))));
  }

  /** The missing blocks, in stretches that one request can ask for. */
  #spans(): Span[] {
    const { rangeBytes, blockBytes } = this.#context.client.tuning;
    const maxBlocks = Math.max(1, Math.floor(rangeBytes / blockBytes));
    const spans: Span[] = [];
    for (let block = 0; block < this.#partial.blocks; block++) {
      const last = spans.at(-1);
      if (this.#partial.has(block)) continue;
      if (last?.end === block && last.end - last.first < maxBlocks) last.end++;
      else spans.push({ first: block, end: block + 1 });
    }
    return spans;
  }

  /** Fetches a stretch; after a failure, from the first block that is missing. */
  async #fetchSpan({ first, end }: Span): Promise<void> {
    const { client, slots } = this.#context;
    const retries = new Retries(client, slots.signal);
    for (let from = first; ; ) {
      while (from < end && this.#partial.has(from)) {
        from++;
        retries.progress();
      }
      if (from === end) return;
      if (this.#whole !== undefined) return await this.#whole;
      try {
        if (await this.#request({ first: from, end })) continue;
        this.#whole ??= this.#fetchWhole();
      } catch (error) {
        await retries.after(error);
      }
    }
  }

  /** For hubs without ranges: every try reads from the start and keeps what was missing. */
  async #fetchWhole(): Promise<void> {
    const { client, slots } = this.#context;
    const { blocks } = this.#partial;
    const retries = new Retries(client, slots.signal);
    for (let bytes = this.bytes; this.bytes < this.#file.size; ) {
      try {
        await this.#request({ first: 0, end: blocks });
      } catch (error) {
        if (this.bytes > bytes) retries.progress();
        bytes = this.bytes;
        await retries.after(error);
      }
    }
  }

  /** One request for a stretch. False: the hub would send the whole file instead. */
  async #request(span: Span): Promise<boolean> {
    const { client, id, commit, slots } = this.#context;
    const { blockBytes } = client.tuning;
    const { name, size } = this.#file;
    const from = span.first * blockBytes;
    const to = Math.min(span.end * blockBytes, size);
    const isWhole = from === 0 && to === size;
    const path = `/${id}/resolve/${commit}/${encodeURIComponent(name)}`;
    const range = isWhole ? {} : { range: `bytes=${from}-${to - 1}` };
    using response = await client.get(path, `${id}: ${name}`, slots.signal, range);
    this.#checkHeaders(response, from, to);
    if (response.status === 200 && !isWhole) return false;
    await this.#writeBlocks(response, span, to - from);
    return true;
  }

  #checkHeaders({ status, headers, etag }: HubResponse, from: number, to: number): void {
    const { size, hash } = this.#file;
    if (etag !== undefined && etag.length === hash.length && etag !== hash) {
      throw this.#fault(`the hub has the content ${etag} now, not ${hash}`);
    }
    const encoding = headers.get("content-encoding") ?? "identity";
    if (encoding !== "identity") throw this.#fault(`the hub sends it as ${encoding}`);
    const stretch = `bytes ${from}-${to - 1}/${size}`;
    const sent = headers.get("content-range");
    if (status === 206 && sent !== stretch && sent !== stretch.replace(/\d+$/, "*")) {
      throw this.#fault(`the hub sends ${sent ?? "an unnamed range"}, not ${stretch}`);
    }
    const length = Number(headers.get("content-length") ?? Number.NaN);
    const expected = status === 206 ? to - from : size;
    if (!Number.isNaN(length) && length !== expected) {
      throw this.#fault(`the hub announces ${length} bytes, not ${expected}`);
    }
  }

  async #writeBlocks(response: HubResponse, { first, end }: Span, expected: number): Promise<void> {
    const partial = this.#partial;
    let block = first;
    let buffer = new Uint8Array(partial.lengthOf(block));
    let [filled, received] = [0, 0];
    for await (const chunk of response.chunks()) {
      received += chunk.length;
      if (received > expected) throw this.#fault(`the hub sends more than ${expected} bytes`);
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + buffer.length - filled);
        buffer.set(part, filled);
        [filled, at] = [filled + part.length, at + part.length];
        if (filled < buffer.length) continue;
        await this.#keep(block++, buffer);
        buffer = new Uint8Array(block < end ? partial.lengthOf(block) : 0);
        filled = 0;
      }
    }
    if (received < expected) {
      throw this.#fault(`the hub sends ${received} of ${expected} bytes`);
    }
  }

  async #keep(block: number, bytes: Uint8Array): Promise<void> {
    const { lock, slots, onBytes } = this.#context;
    // Another request, or another reader of the whole file, may have been faster.
    if (this.#partial.has(block)) return;
    await lock.check();
    slots.signal.throwIfAborted();
    await this.#partial.write(block, bytes);
    onBytes(bytes.length, this.#file.name);
  }

  #fault(why: string): Fault {
    return new Fault(`${this.#context.id}: ${this.#file.name}: ${why}`);
  }
}
