import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { AlignerSource, noAligner } from "./aligner-source.ts";

const { signal } = new AbortController();

describe("an aligner", () => {
  test("is opened once for all, and freed with its source", async () => {
    const { source, model, opened } = scriptedPlace();
    const [first, second] = await Promise.all([source.open({ signal }), source.open({ signal })]);
    expect([first === second, opened()]).toEqual([true, 1]);
    source[Symbol.dispose]();
    await Bun.sleep(0);
    expect(model.closed).toBe(true);
  });

  test("that could not be opened is tried again", async () => {
    let fails = true;
    const { source, opened } = scriptedPlace();
    const place = {
      ...source.place,
      open: async (context: Parameters<typeof source.place.open>[0]) => {
        if (fails) throw new AsrError("model", "the network is switched off");
        return await source.place.open(context);
      },
    };
    const failing = new AlignerSource(place);
    await expectAsrError(() => failing.open({ signal }), "model", "switched off");
    fails = false;
    await failing.open({ signal });
    expect(opened()).toBe(1);
  });

  test("is opened for who waits, when who began it is aborted", async () => {
    const { source, opened } = scriptedPlace();
    const first = new AbortController();
    const slow = new AlignerSource({
      ...source.place,
      open: async (context) => {
        await Bun.sleep(1);
        context.signal.throwIfAborted();
        return await source.place.open(context);
      },
    });
    const began = slow.open({ signal: first.signal }).catch((error: unknown) => error);
    const waits = slow.open({ signal });
    first.abort("enough");
    expect(await began).toBe("enough");
    await waits;
    expect(opened()).toBe(1);
  });

  test("that is opened too late is freed", async () => {
    const { source, model } = scriptedPlace();
    const opening = source.open({ signal });
    source[Symbol.dispose]();
    await expectAsrError(() => opening, "usage", "closed");
    expect(model.closed).toBe(true);
  });

  test("is here where it is open, or where its place says so", async () => {
    const { source } = scriptedPlace(undefined, { isHere: async () => false });
    expect(await source.isHere(signal)).toBe(false);
    await source.open({ signal });
    expect(await source.isHere(signal)).toBe(true);
    expect(await new AlignerSource(noAligner).isHere(signal)).toBe(false);
  });
});
