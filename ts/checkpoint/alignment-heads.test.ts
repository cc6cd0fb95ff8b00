import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { alignmentHeads } from "./alignment-heads.ts";
import { ModelFolder } from "./folder.ts";
import type { Json } from "./json-file.ts";

const text = {
  hidden_size: 1024,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
};
const audio = { encoder_layers: 18, d_model: 896 };

function headsOf(config: Json) {
  return alignmentHeads(ModelFolder.ofConfig("m", config));
}

describe("heads that are known", () => {
  test("of the published 0.6B, in the layouts that there are", () => {
    const sizes = { text_config: text, audio_config: audio };
    for (const config of [{ thinker_config: sizes }, sizes]) {
      const found = headsOf(config);
      expect(found?.heads).toHaveLength(8);
      expect(found?.heads[0]).toEqual([25, 10]);
      expect(found?.offsetSeconds).toBe(0.12);
    }
  });

  test("of no other shape", () => {
    for (const other of [{ hidden_size: 2048 }, { num_hidden_layers: 14 }]) {
      expect(headsOf({ text_config: { ...text, ...other }, audio_config: audio })).toBeUndefined();
    }
    // The forced aligner has this decoder behind the encoder of the 1.7B.
    const encoder = { encoder_layers: 24, d_model: 1024 };
    expect(headsOf({ text_config: text, audio_config: encoder })).toBeUndefined();
    expect(headsOf({})).toBeUndefined();
  });
});

describe("heads that config.json names", () => {
  const own = (fields: Json) =>
    headsOf({ thinker_config: { text_config: text, audio_config: audio }, bun_asr: fields });

  test("come before those that are known", () => {
    const heads = [
      [0, 0],
      [27, 15],
    ];
    expect(own({ alignment_heads: heads, alignment_offset_seconds: -0.5 })).toEqual({
      heads: heads as [number, number][],
      offsetSeconds: -0.5,
    });
    expect(own({ alignment_heads: heads })?.offsetSeconds).toBe(0);
    // None at all: the attention is not to be used.
    expect(own({ alignment_heads: [] })?.heads).toEqual([]);
    expect(own({ chunk_seconds: 5 })?.heads).toHaveLength(8);
  });

  test("and are not there", async () => {
    for (const heads of ["all", {}, null, 5, [1], [[28, 0]], [[0, 16]], [[0.5, 0]], [[0, 0, 0]]]) {
      const refused = () => own({ alignment_heads: heads });
      const error = await expectAsrError(refused, "model", "m/config.json", "a layer below 28");
      expect(error.hint).toContain("find-heads");
    }
    const twice = [
      [1, 1],
      [1, 1],
    ];
    await expectAsrError(() => own({ alignment_heads: twice }), "model", "twice");
    for (const offset of ["0.1", 3, null, Number.NaN]) {
      const refused = () => own({ alignment_heads: [[1, 1]], alignment_offset_seconds: offset });
      await expectAsrError(refused, "model", "alignment_offset_seconds");
    }
  });
});
