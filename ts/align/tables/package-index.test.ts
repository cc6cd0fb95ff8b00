import { expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { packageIndex } from "./package-index.ts";

test.each([
  [{}, "https://pypi.org/simple"],
  [
    { PIP_INDEX_URL: "https://mirror.example/api/pypi/simple/" },
    "https://mirror.example/api/pypi/simple",
  ],
  [
    { UV_INDEX_URL: "http://old.example/simple", UV_DEFAULT_INDEX: "ours=https://uv.example" },
    "https://uv.example",
  ],
  [{ UV_INDEX_URL: "http://old.example/simple", PIP_INDEX_URL: "" }, "http://old.example/simple"],
])("the index with %p is %s", (environment, url) => {
  expect(packageIndex(environment)).toEqual({ url, authorization: undefined });
});

test("what an address says of a user goes into a header, and into no message", async () => {
  const PIP_INDEX_URL = "https://ada:s%40fe@mirror.example/simple";
  expect(packageIndex({ PIP_INDEX_URL })).toEqual({
    url: "https://mirror.example/simple",
    authorization: `Basic ${btoa("ada:s@fe")}`,
  });
  const wrong = { PIP_INDEX_URL: "ada:secret@mirror" };
  const error = await expectAsrError(() => packageIndex(wrong), "usage", "PIP_INDEX_URL");
  expect(error.oneLine).not.toContain("secret");
});
