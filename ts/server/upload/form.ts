// This folder: what clients send with a request: the fields of a form, and a recording that goes to
// disk while it arrives.

import { Problem } from "../http/problem.ts";
import type { Limits } from "../service/settings.ts";
import { requestBody } from "./body.ts";
import { Fields, plainName } from "./fields.ts";
import { type HeaderValue, headerValue, unquoted } from "./headers.ts";
import { MultipartParser } from "./multipart.ts";
import { shown } from "./part-head.ts";
import { UploadedFile } from "./uploaded-file.ts";

/** What a client sent; disposing of it removes the file. */
export interface Form extends AsyncDisposable {
  /** Texts by name, in their order; `languages[]` and `languages[0]` stand under `languages`. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly file: ReceivedFile;
}

/** A recording that was received as a whole. */
export interface ReceivedFile {
  readonly path: string;
  /** In bytes; not 0. */
  readonly size: number;
  /** What the client calls it, fit to be shown; `file` where it does not say. */
  readonly name: string;
}

/**
 * Reads a request's form with the recording `file`, or a body that is a recording, whose fields
 * stand in the query. Nothing of it stays where this throws: `Problem` 400 for a form that is
 * broken or cut, 413, 408 or 507 for an upload that is too large, too slow or finds no room, 415
 * for other content, and AsrError `aborted` where the client leaves. What `closing` says ends the
 * wait for the rest.
 */
export async function readForm(
  request: Request,
  limits: Limits,
  closing?: AbortSignal,
): Promise<Form> {
  checkEncoding(request.headers.get("content-encoding") ?? "");
  const type = headerValue(request.headers.get("content-type") ?? "");
  if (type.value === "multipart/form-data") {
    const parser = new MultipartParser(boundaryOf(type));
    return await readMultipart(requestBody(request, limits, closing), parser);
  }
  if (!isRecording(type.value)) throw unreadable(type.value);
  const body = requestBody(request, limits, closing);
  return await readRecording(body, new URL(request.url).searchParams);
}

async function readMultipart(
  body: AsyncIterable<Uint8Array>,
  parser: MultipartParser,
): Promise<Form> {
  await using stack = new AsyncDisposableStack();
  const fields = new Fields();
  let file: UploadedFile | undefined;
  let isInFile = false;
  for await (const chunk of body) {
    for (const event of parser.push(chunk)) {
      if (event.type === "part") {
        fields.count();
        isInFile = plainName(event.head.name) === "file";
        if (!isInFile) fields.begin(event.head);
        else if (file === undefined)
          file = stack.use(await UploadedFile.create(nameOf(event.head.filename)));
        else throw new Problem(400, "the form has two files: send one", { param: "file" });
      } else if (event.type === "bytes") {
        if (isInFile) await file?.write(event.bytes);
        else fields.push(event.bytes);
      } else if (!isInFile) {
        fields.end();
      }
    }
  }
  if (!parser.isClosed) throw cut();
  if (file === undefined) throw noFile(fields);
  return await received(file, fields, stack);
}

async function readRecording(
  body: AsyncIterable<Uint8Array>,
  query: URLSearchParams,
): Promise<Form> {
  await using stack = new AsyncDisposableStack();
  const file = stack.use(await UploadedFile.create(nameOf(undefined)));
  for await (const chunk of body) await file.write(chunk);
  const fields = new Fields();
  for (const [name, text] of query) fields.add(name, text);
  return await received(file, fields, stack);
}

/** The form, which owns what the stack holds from now on. */
async function received(
  file: UploadedFile,
  { texts }: Fields,
  stack: AsyncDisposableStack,
): Promise<Form> {
  await file.close();
  const { path, size, name } = file;
  if (size === 0) {
    const message = `${name}: is empty`;
    throw new Problem(400, message, { code: "invalid_audio", param: "file" });
  }
  const owned = stack.move();
  return {
    fields: texts,
    file: { path, size, name },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The name of an upload without its folders. */
function nameOf(filename = ""): string {
  return shown(filename.split(/[/\\]/).at(-1) ?? "") || "file";
}

/** Whether a content type says that a body is a recording by itself. */
function isRecording(type: string): boolean {
  return /^(?:audio|video)\/|^application\/(?:octet-stream|ogg)$/.test(type);
}

function boundaryOf({ parameters }: HeaderValue): string {
  const boundary = unquoted(parameters.get("boundary") ?? "");
  if (/^[\x20-\x7e]{1,200}$/.test(boundary)) return boundary;
  throw new Problem(400, "the content type multipart/form-data lacks a boundary");
}

/** Recordings are compressed already; what is no compression is a mistake of no matter. */
function checkEncoding(encoding: string): void {
  if (!/^\s*(?:x-)?(?:gzip|deflate|br|zstd|compress)\b/i.test(encoding)) return;
  const message = `the body is compressed by ${shown(encoding)}: send it as it is`;
  const details = { code: "unsupported_encoding", headers: { "accept-encoding": "identity" } };
  throw new Problem(415, message, details);
}

/** What to send instead of what nobody can read. */
const how = "send multipart/form-data with the recording as the field file: curl -F file=@talk.mp3";

function unreadable(type: string): Problem {
  const message =
    type === "" ? "the request has no content type" : `${shown(type)} has no recording`;
  return new Problem(415, `${message}; ${how}`, { code: "unsupported_media_type" });
}

function noFile({ texts }: Fields): Problem {
  const names = [...texts.keys()].slice(0, 10).map(shown).join(", ");
  const message = `the form has no field file${names === "" ? "" : `, but ${names}`}`;
  return new Problem(400, `${message}; ${how}`, { code: "missing_file", param: "file" });
}

function cut(): Problem {
  const message = "the form ends before its last boundary: it was cut";
  return new Problem(400, message, { code: "incomplete_upload", param: "file" });
}
