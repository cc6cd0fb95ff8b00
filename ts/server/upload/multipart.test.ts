import { describe, expect, test } from "bun:test";
import { Problem } from "../http/problem.ts";
import { type FormEvent, MultipartParser } from "./multipart.ts";

/** A part as it came, its bytes as Latin-1. */
interface Part {
  name: string;
  filename: string | undefined;
  bytes: string;
}

/** The parts of a form that comes in chunks. */
function parts(chunks: readonly Uint8Array[], boundary = "b"): { all: Part[]; isClosed: boolean } {
  const parser = new MultipartParser(boundary);
  const all: Part[] = [];
  for (const event of chunks.flatMap((chunk) => copied(parser.push(chunk)))) {
    if (event.type === "part") {
      const { name, filename } = event.head;
      all.push({ name, filename, bytes: "" });
    } else if (event.type === "bytes") {
      all.at(-1)!.bytes += Buffer.from(event.bytes).toString("latin1");
    }
  }
  return { all, isClosed: parser.isClosed };
}

function copied(events: Iterable<FormEvent>): FormEvent[] {
  return Array.from(events, (event) =>
    event.type === "bytes" ? { ...event, bytes: new Uint8Array(event.bytes) } : event,
  );
}

const whole = (body: string) => [Buffer.from(body, "latin1")];
const field = (name: string, text: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;

describe("a form is read", () => {
  test.each([
    ["with its parts in order", `${field("a", "1")}${field("b", "2")}--b--\r\n`, ["a=1", "b=2"]],
    ["without a line end behind it", `${field("a", "1")}--b--`, ["a=1"]],
    ["with text before and behind it", `hello\r\n--bc\r\n${field("a", "1")}--b--\r\nx`, ["a=1"]],
    ["that begins with an empty line", `\r\n${field("a", "1")}--b--\r\n`, ["a=1"]],
    ["with blanks behind boundaries", `--b \t${field("a", "1").slice(3)}--b--`, ["a=1"]],
    ["with an empty part", `${field("a", "")}--b--`, ["a="]],
    ["with lines in a part", `${field("a", "\r\n\r\nx\r\n")}--b--`, ["a=\r\n\r\nx\r\n"]],
    ["with LF alone", `${field("a", "1\r")}--b--\r\n`.replaceAll("\r\n", "\n"), ["a=1\r"]],
    ["with CRLF and a part of LF", `${field("a", "\n--b\n--b--\n")}--b--`, ["a=\n--b\n--b--\n"]],
    ["without parts", "--b--\r\n", []],
  ])("%s", (_, body, said) => {
    const { all, isClosed } = parts(whole(body));
    expect(all.map(({ name, bytes }) => `${name}=${bytes}`)).toEqual(said);
    expect(isClosed).toBe(true);
  });

  test("with a part that has no line for its bytes", () => {
    const head = 'Content-Disposition: form-data; name="a"';
    expect(parts(whole(`--b\r\n${head}\r\n\r\n--b--`)).all).toHaveLength(1);
    expect(parts(whole(`--b\r\n${head}\r\n\r\n--bx\r\n--b--`)).all[0]?.bytes).toBe("--bx");
  });

  test("cut at each of its bytes into two, and into single ones", () => {
    const near = "\r\n--\r\n--bb\r\n--b-\r\n-\r--b\r\n--b x\r\n\r\n--B--\r\n--b \t.";
    const body = Buffer.from(`${field("a", near)}${field("c", "\r")}--b--`);
    const expected = parts([body]);
    expect(expected.all[0]?.bytes).toBe(near);
    for (let at = 0; at <= body.length; at++) {
      expect(parts([body.subarray(0, at), body.subarray(at)])).toEqual(expected);
    }
    expect(parts(Array.from(body, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  test("as far as it goes where it is cut", () => {
    const body = Buffer.from(`${field("a", "1")}${field("b", "2")}--b--`);
    for (let at = 0; at < body.length; at++) {
      expect(parts([body.subarray(0, at)]).isClosed).toBe(false);
    }
  });
});

describe("the head of a part", () => {
  const named = (line: string) => {
    const { all } = parts([Buffer.from(`--b\r\n${line}\r\n\r\nx\r\n--b--`)]);
    return [all[0]?.name, all[0]?.filename];
  };
  const disposition = "Content-Disposition: form-data";

  test.each([
    ["without a filename", `${disposition}; name="file"`, undefined],
    ["with an empty one", `${disposition}; name="file"; filename=""`, ""],
    ["with one before the name", `${disposition}; filename="a.mp3"; name="file"`, "a.mp3"],
    ["without quotes", `${disposition}; name=file; filename=a.mp3`, "a.mp3"],
    ["in other letters", `CONTENT-DISPOSITION:Form-Data;NAME=file;FileName=a.mp3 `, "a.mp3"],
    ["with a semicolon", `${disposition}; name="file"; filename="a; name=x.mp3"`, "a; name=x.mp3"],
    [
      "with quotes of browsers",
      `${disposition}; name="file"; filename="a%22b%0D.mp3"`,
      'a"b\r.mp3',
    ],
    ["with quotes of curl", `${disposition}; name="file"; filename="a\\"b\\\\.mp3"`, 'a"b\\.mp3'],
    [
      "with a path of Windows",
      `${disposition}; name="file"; filename="C:\\temp\\a"`,
      "C:\\temp\\a",
    ],
    ["in UTF-8", `${disposition}; name="file"; filename="naïve 日本.mp3"`, "naïve 日本.mp3"],
    [
      "in UTF-8 by RFC 5987",
      `${disposition}; name="file"; filename="x"; filename*=UTF-8''na%C3%AFve%20%e6%97%a5.mp3`,
      "naïve 日.mp3",
    ],
    [
      "in a charset that is none",
      `${disposition}; name="file"; filename="x"; filename*=none''a%ff`,
      "x",
    ],
    ["on two lines", `X-Other: 1\r\n${disposition};\r\n\tname="file"; filename="a"\r\nX: 2`, "a"],
    ["with a content type", `Content-Type: audio/mpeg\r\n${disposition}; name="file"`, undefined],
    [
      "with a coding of plain bytes",
      `${disposition}; name="file"\r\nContent-Transfer-Encoding: Binary`,
      undefined,
    ],
  ])("%s", (_, line, filename) => {
    expect(named(line)).toEqual(["file", filename]);
  });

  test.each([
    ["has a name", `${disposition}; filename="a.mp3"`, "has no name"],
    ["is there", "", "has no name"],
    ["has a short name", `${disposition}; name="${"x".repeat(257)}"`, "longer than 256"],
    ["is short", `X: ${"x".repeat(16_384)}\r\n${disposition}; name="file"`, "16384 bytes"],
    [
      "leaves bytes as they are",
      `${disposition}; name="file"\r\nContent-Transfer-Encoding: base64`,
      "coded as base64",
    ],
  ])("%s, or it is refused", (_, line, why) => {
    expect(() => named(line)).toThrow(why);
    expect(() => named(line)).toThrow(Problem);
  });

  test("that does not end is refused soon", () => {
    const parser = new MultipartParser("b");
    const push = (text: string) => [...parser.push(Buffer.from(text))];
    push("--b\r\n");
    let sent = 0;
    const send = () => {
      for (; sent < 1000; sent++) push(`X-${sent}: ${"x".repeat(90)}\r\n`);
    };
    expect(send).toThrow("header lines");
    expect(sent).toBeLessThan(180);
  });
});

test("many boundaries that are none are passed at once", () => {
  const data = "\r\n--bx".repeat(200_000);
  const started = performance.now();
  expect(parts(whole(`${field("a", data)}--b--`)).all[0]?.bytes).toHaveLength(data.length);
  expect(performance.now() - started).toBeLessThan(2000);
});
