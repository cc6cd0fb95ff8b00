import { describe, expect, test } from "bun:test";
import { microphoneTrouble, troubleOf } from "./troubles.ts";

const body = (message: string) => JSON.stringify({ error: { message, type: "x", code: null } });

describe("a failed request", () => {
  test("asks for a key", () => {
    expect(troubleOf(401, body("an API key is asked for"), null).kind).toBe("key");
  });

  test("waits as long as the server says", () => {
    expect(troubleOf(503, body("5 wait"), "17")).toMatchObject({ kind: "busy", retryAfter: 17 });
    expect(troubleOf(503, "", null)).toMatchObject({ kind: "busy", retryAfter: 5 });
    expect(troubleOf(429, "", "soon")).toMatchObject({ kind: "busy", retryAfter: 5 });
  });

  test("tells what the server said, as a sentence", () => {
    const said = "the upload has more than 25 MB";
    const { text } = troubleOf(413, body(said), null);
    expect(text).toBe("The upload has more than 25 MB. Cut it into parts, or compress it.");
    expect(troubleOf(400, body("is text, not audio"), null).text).toBe("Is text, not audio.");
  });

  test("has words for an answer of something else than the server", () => {
    expect(troubleOf(413, "<html>", null).text).toContain("larger than this server takes");
    expect(troubleOf(502, "<html>", null).text).toBe("The server failed: Status 502.");
    expect(troubleOf(400, '{"error":"no"}', null).text).toBe(
      "The server refused this: status 400.",
    );
  });

  test("without an answer means that nobody is there", () => {
    expect(troubleOf(0, "", null).kind).toBe("away");
  });
});

test("a microphone that is not to be had is told in plain words", () => {
  const told = (name: string) => microphoneTrouble(new DOMException("", name)).text;
  expect(told("NotAllowedError")).toStartWith("This page may not use the microphone");
  expect(told("NotFoundError")).toStartWith("No microphone was found");
  expect(told("NotReadableError")).toContain("another program");
  expect(microphoneTrouble("odd").text).toStartWith("The microphone could not be opened");
});
