import { connect } from "node:net";

/** A request as a client writes it: nothing is added, and nothing is put in another order. */
export interface WireRequest {
  method: string;
  path: string;
  /** Header lines, without those of the length. */
  head: readonly string[];
  /** Written one after the other, each as a chunk of its own where the body is chunked. */
  pieces?: readonly Uint8Array[];
  /** Whether the length of the body is not said before it comes. */
  chunked?: boolean;
}

/** Writes a request to the server at `base` and reads its answer. */
export async function sendOnWire(base: string, request: WireRequest): Promise<Response> {
  const { hostname, port, host } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    socket.write(headOf(request, host));
    for (const piece of request.pieces ?? []) {
      if (!request.chunked) socket.write(piece);
      else for (const part of chunk(piece)) socket.write(part);
    }
    if (request.chunked) socket.write("0\r\n\r\n");
    return await readAnswer(socket);
  } finally {
    socket.destroy();
  }
}

function headOf({ method, path, head, pieces, chunked }: WireRequest, host: string): string {
  const length = pieces?.reduce((sum, piece) => sum + piece.length, 0);
  const framing = chunked ? ["Transfer-Encoding: chunked"] : [`Content-Length: ${length}`];
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...head,
    ...(pieces === undefined ? [] : framing),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function chunk(piece: Uint8Array): (string | Uint8Array)[] {
  return [`${piece.length.toString(16)}\r\n`, piece, "\r\n"];
}

/** Reads one answer of HTTP/1.1, whose body has a length, is chunked, or ends with the socket. */
async function readAnswer(socket: AsyncIterable<Buffer>): Promise<Response> {
  let bytes = Buffer.alloc(0);
  for await (const part of socket) {
    bytes = Buffer.concat([bytes, part]);
    const answer = parseAnswer(bytes);
    if (answer !== undefined) return answer;
  }
  throw new Error(`the server hung up after ${bytes.length} bytes: ${bytes.toString("latin1")}`);
}

/** The answer, or undefined while some of it is missing. */
function parseAnswer(bytes: Buffer): Response | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  if (status === 204) return new Response(null, { status, headers });
  const rest = bytes.subarray(end + 4);
  const isChunked = headers.get("transfer-encoding") === "chunked";
  const length = Number(headers.get("content-length"));
  const body = isChunked ? joinChunks(rest) : rest.length >= length ? rest : undefined;
  return body && new Response(new Uint8Array(body), { status, headers });
}

function joinChunks(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    at = lineEnd + 2 + length + 2;
    if (at > bytes.length) return undefined;
    if (length === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, at - 2));
  }
}
