import { expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { DynetText } from "./dynet.ts";
import { dictionaries } from "./pickle.ts";

// Made by Python: pickle.dumps([{'a': 1, 'か': 300}, {'oov': 0, 'か': 70000}, {'x': [1]}], 2)
const pickle = Buffer.from(
  "\x80\x02]q\x00(}q\x01(X\x01\x00\x00\x00aq\x02K\x01X\x03\x00\x00\x00" +
    "\xe3\x81\x8bq\x03M,\x01u}q\x04(X\x03\x00\x00\x00oovq\x05K\x00h\x03" +
    "Jp\x11\x01\x00u}q\x06X\x01\x00\x00\x00xq\x07]q\x08K\x01ase.",
  "latin1",
);

test("dictionaries of a pickle", async () => {
  expect(dictionaries(pickle, 2).map((one) => [...one])).toEqual([
    [
      ["a", 1],
      ["か", 300],
    ],
    [
      ["oov", 0],
      ["か", 70_000],
    ],
  ]);
  await expectAsrError(() => dictionaries(pickle, 3), "internal", "pickle");
});

test("nothing in a pickle is run", async () => {
  const hostile = Buffer.from(
    "\x80\x02cposix\nsystem\nq\x00X\x02\x00\x00\x00lsq\x01\x85q\x02Rq\x03.",
    "latin1",
  );
  await expectAsrError(() => dictionaries(hostile, 1), "internal", "pickle");
});

const dynet = Buffer.from(
  "#Parameter# /a/_0 {2,1} 33 ZERO_GRAD\n-1.10644117e-01 +9.46614295e+02 \n" +
    "#LookupParameter# /_7 {1,1} 17 ZERO_GRAD\n+2.58960217e-38 \n",
);

test("numbers of parameters, as near as float32 comes", async () => {
  const text = new DynetText(dynet);
  expect([...(await text.values("/a/_0", 2))]).toEqual([
    Math.fround(-0.110644117),
    Math.fround(946.614295),
  ]);
  expect([...(await text.values("/_7", 1))]).toEqual([Math.fround(2.58960217e-38)]);
  await expectAsrError(() => text.values("/_7", 2), "internal", "/_7");
  await expectAsrError(() => text.values("/b", 1), "internal", "/b");
  await expectAsrError(() => new DynetText(Buffer.from("PK\x03\x04\n")), "internal", "PK");
});
