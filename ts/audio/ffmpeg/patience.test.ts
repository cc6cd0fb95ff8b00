import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { Patience } from "./patience.ts";

const after = async (ms: number) => await Bun.sleep(ms).then(() => "sound");
const never = new Promise<string>(() => {});

describe("a decoder is waited for", () => {
  test("as long as it gives something now and then", async () => {
    const patience = new Patience(100, "talk.mp3");
    let seconds = 0;
    for (let read = 0; read < 6; read++)
      expect(await patience.of(after(40), seconds++)).toBe("sound");
  });

  test("a while when it gives nothing", async () => {
    const patience = new Patience(50, "talk.mp3");
    await expectAsrError(() => patience.of(never, 9), "input", "talk.mp3: ", "nothing for 0.05 s");
  });

  test("not much longer than its sound lasts, in all", async () => {
    const patience = new Patience(100, "talk.mp3");
    let reads = 0;
    const read = async () => {
      for (; reads < 20; reads++) await patience.of(after(40), reads / 1000);
    };
    await expectAsrError(read, "input", "takes longer than the sound lasts");
    expect(reads).toBeWithin(1, 4);
  });

  test("for ever where sound comes when it is made", async () => {
    const patience = new Patience(Number.POSITIVE_INFINITY, "microphone");
    expect(await patience.of(after(20), 0)).toBe("sound");
  });

  test("while others work, without counting that", async () => {
    const patience = new Patience(60, "talk.mp3");
    for (let read = 0; read < 3; read++) {
      await Bun.sleep(50);
      expect(await patience.of(after(1), 0)).toBe("sound");
    }
  });
});
