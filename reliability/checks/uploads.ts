import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { demoSample } from "../../ts/native/locate.ts";
import { field, file, formPieces } from "../../ts/testing/clients/form.ts";
import type { Check, Random, Trials } from "../check.ts";
import { withoutProc } from "../children.ts";
import { mutatedBytes } from "../mutations.ts";
import { between, pick } from "../random.ts";
import { Served, sampleText } from "../served.ts";
import { payloads } from "./escape.ts";

export const check: Check = {
  number: 24,
  title: "huge and broken uploads",
  tries:
    "forms that are cut anywhere, mutated, without an end, of 10,000 parts, with a megabyte of " +
    "header lines, two files or none, lists that name files and addresses, 64 clients that say " +
    "no more, and 2 GB: a status that fits, never the transcript of a part; memory within 64 MB, " +
    "no temporary file stays, and the next one is served",
  inputs: 400,
  inputsOfTest: 12,
  hangMs: 120_000,
  notRun: withoutProc,
};

/** Some with the statuses that they may come to. */
const kinds = {
  whole: [200],
  cut: [400],
  mutated: [200, 400, 413, 415],
  parts: [400],
  head: [400],
  files: [400],
  none: [400],
  escape: [400],
  length: [413],
  silent: [200],
  large: [400],
} as const;

type Kind = keyof typeof kinds;

interface Upload {
  kind: Kind;
  /** The body of a form; what is large is made while it is sent. */
  body: Uint8Array;
  /** Whether its length is not said. */
  isChunked: boolean;
  /** Where it is cut into pieces that are sent on their own. */
  pieces: number[];
  /** Bytes of zeros that are sent as a recording instead. */
  zeros: number;
}

const boundary = "----upload";
const maxGrowthMb = 64;
const maxUpload = 3e9;

/** Sends uploads to one server. */
export async function open(folder: string): Promise<Trials<Upload>> {
  let calls = 0;
  const canary = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      calls++;
      return new Response();
    },
  });
  const secret = join(folder, "secret.txt");
  const secretText = "TOP SECRET";
  writeFileSync(secret, `${secretText}\n`.repeat(100));
  const lists = payloads(secret, `127.0.0.1:${canary.port}`);
  const sample = await Bun.file(demoSample).bytes();
  const server = await Served.start(folder, ["--max-upload", "3GB"]);
  await server.send();
  const figures = { grownMb: 0, largeMb: 0, statuses: new Map<string, number>() };

  const form = (...parts: Parameters<typeof formPieces>[1]) =>
    Buffer.concat(formPieces(boundary, parts));
  const sound = (bytes: Uint8Array = sample) => file(bytes, "talk.wav", "audio/wav");
  const good = form(field("model", "demo"), sound());

  function bodyOf(kind: Kind, random: Random): Uint8Array {
    switch (kind) {
      case "cut":
        return good.subarray(0, between(random, 0, good.length - boundary.length - 6));
      case "mutated":
        return mutatedBytes(random, good, form(field("prompt", "x"), sound()));
      case "parts":
        return form(...Array.from({ length: 10_000 }, (_, i) => field("keywords[]", `${i}`)));
      case "head": {
        const head = `--${boundary}\r\nX-Long: ${"x".repeat(1_000_000)}\r\n`;
        return Buffer.concat([Buffer.from(head), good]);
      }
      case "files":
        return form(sound(), sound());
      case "none":
        return form(field("model", "demo"));
      case "escape":
        return form(sound(Buffer.from(pick(random, lists))));
      default:
        return good;
    }
  }

  async function judge(upload: Upload): Promise<string | undefined> {
    const { kind } = upload;
    server.resetPeak();
    const before = server.holdings().residentMb;
    const silent = kind === "silent" ? Array.from({ length: 64 }, () => half(server.url)) : [];
    const { status, text } = await send(server.url, upload);
    for (const socket of silent) socket.destroy();
    const grownMb = server.peakMb() - before;
    figures.grownMb = Math.max(figures.grownMb, grownMb);
    figures.statuses.set(`${status}`, (figures.statuses.get(`${status}`) ?? 0) + 1);
    if (!(kinds[kind] as readonly number[]).includes(status)) return `${kind}: status ${status}`;
    if (status === 200 && kind !== "mutated" && !text.includes(sampleText)) return `said ${text}`;
    if (status !== 200 && !text.includes('{"error":{"message":"')) return `${kind}: said ${text}`;
    if (text.includes(secretText) || text.includes(folder)) return `${kind}: told ${text}`;
    if (calls > 0) return "an address was called";
    if (kind === "large") figures.largeMb = Math.max(figures.largeMb, grownMb);
    // A recording that is decoded takes the memory of a chunk.
    if (kind === "large" && grownMb > maxGrowthMb) return `grew by ${grownMb.toFixed(0)} MB`;
    if ((await server.idleAfter(5000)) === undefined) return "work or a file stays";
    const next = (await (await server.send()).json()) as { text: string };
    return next.text === sampleText ? undefined : `the next one got ${next.text}`;
  }

  function input(random: Random, index: number): Upload {
    const isHuge = index > 100 && index % 100 === 0;
    const names = Object.keys(kinds) as Kind[];
    const likely = pick<Kind>(random, ["cut", "mutated", ...names]);
    const kind = isHuge ? "large" : (names[index] ?? likely);
    const body = bodyOf(kind, random);
    const pieces = Array.from({ length: between(random, 0, 5) }, () =>
      between(random, 0, body.length),
    );
    const zeros = isHuge ? 2e9 : kind === "large" ? 64e6 : kind === "length" ? maxUpload + 1 : 0;
    const isChunked = kind !== "length" && random() < 0.5;
    return { kind, body, isChunked, pieces: pieces.sort((a, b) => a - b), zeros };
  }

  return {
    input,
    judge,
    figures: () => [
      `grew by ${figures.grownMb.toFixed(0)} MB at most, ` +
        `${figures.largeMb.toFixed(0)} MB with the largest uploads`,
      [...figures.statuses].map(([status, count]) => `${count} × ${status}`).join(", "),
    ],
    close: async () => {
      await canary.stop(true);
      await server.end();
    },
  };
}

/** A connection on which half a request came. */
function half(url: string) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {});
  socket.write(`${head({ isChunked: false, zeros: 0 }, 1000)}--${boundary}\r\n`);
  return socket;
}

function head({ isChunked, zeros }: Pick<Upload, "isChunked" | "zeros">, length: number): string {
  const type = zeros > 0 ? "audio/wav" : `multipart/form-data; boundary=${boundary}`;
  return (
    "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
    `Content-Type: ${type}\r\n` +
    (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : `Content-Length: ${length}\r\n\r\n`)
  );
}

/**
 * Sends all of it, as clients do that look at the answer afterwards; what is refused by its length
 * alone is not sent.
 */
async function send(url: string, upload: Upload): Promise<{ status: number; text: string }> {
  const { body, pieces, zeros, isChunked, kind } = upload;
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let said = "";
  socket.on("data", (bytes) => (said += bytes.toString()));
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  const write = async (bytes: Uint8Array | string) => {
    const done = Promise.withResolvers<void>();
    socket.write(bytes, () => done.resolve());
    await Promise.race([done.promise, closed]);
  };
  await write(head(upload, zeros || body.length));
  const chunk = async (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    if (isChunked) await write(`${bytes.length.toString(16)}\r\n`);
    await write(bytes);
    if (isChunked) await write("\r\n");
  };
  if (zeros > 0 && kind !== "length") {
    const block = new Uint8Array(1 << 20);
    for (let left = zeros; left > 0; left -= block.length) await chunk(block.subarray(0, left));
  } else if (zeros === 0) {
    const places = [0, ...pieces, body.length];
    for (const [index, place] of pieces.concat(body.length).entries()) {
      await chunk(body.subarray(places[index], place));
    }
  }
  if (isChunked) await write("0\r\n\r\n");
  await closed;
  const [, status, text = ""] = /^HTTP\/1\.1 (\d+).*?\r\n\r\n(.*)$/s.exec(said) ?? [];
  return { status: Number(status), text };
}
