import { expect, test } from "bun:test";
import { ggufParts, ggufTensors } from "./gguf.ts";

const parts = ggufParts("Q4_0");
const size = (all: typeof parts) => all.reduce((sum, { length }) => sum + length, 0);

test("the head is that of version 3 and counts tensors and facts", () => {
  const head = parts[0]!.block;
  const view = new DataView(head.buffer, head.byteOffset);
  expect(new TextDecoder().decode(head.subarray(0, 4))).toBe("GGUF");
  expect(view.getUint32(4, true)).toBe(3);
  expect(view.getBigUint64(8, true)).toBe(BigInt(ggufTensors("Q4_0").length));
  expect(view.getBigUint64(16, true)).toBe(32n);
  expect(new TextDecoder().decode(head.subarray(32, 52))).toBe("general.architecture");
});

test("names and sizes are those that CrispASR looks up", () => {
  const tensors = new Map(ggufTensors("Q4_0").map((tensor) => [tensor.name, tensor]));
  const block = (layer: number, names: string) =>
    names.split(" ").map((name) => `blk.${layer}.${name}.weight`);
  const both = (name: string) => [`${name}.weight`, `${name}.bias`];
  const encoder = "attn_norm attn_q attn_k attn_v attn_out ffn_norm ffn_up ffn_down";
  const decoder =
    "attn_norm attn_q attn_k attn_v attn_output attn_q_norm attn_k_norm ffn_norm ffn_gate ffn_up " +
    "ffn_down";
  const expected = [
    ...["audio.mel_filters", "audio.mel_window", "audio.conv_out.weight"],
    ...["conv.1", "conv.2", "conv.3", "ln_post", "proj1", "proj2"].flatMap((name) =>
      both(`audio.${name}`),
    ),
    ...Array.from({ length: 18 }, (_, layer) =>
      encoder.split(" ").flatMap((name) => both(`audio.blk.${layer}.${name}`)),
    ).flat(),
    ...["token_embd.weight", "output_norm.weight", "output.weight"],
    ...Array.from({ length: 28 }, (_, layer) => block(layer, decoder)).flat(),
  ];
  expect([...tensors.keys()].sort()).toEqual(expected.sort());
  expect(tensors.get("audio.conv.2.weight")).toMatchObject({
    type: "F16",
    sizes: [3, 3, 480, 480],
  });
  expect(tensors.get("blk.0.attn_k.weight")).toMatchObject({ type: "Q4_0", sizes: [1024, 1024] });
  expect(tensors.get("blk.27.ffn_down.weight")?.sizes).toEqual([3072, 1024]);
  expect(tensors.get("audio.blk.3.ffn_up.weight")).toMatchObject({
    type: "Q8_0",
    sizes: [896, 3584],
  });
  expect(tensors.get("output.weight")?.sizes).toEqual([1024, 151_936]);
});

test("every tensor begins at a multiple of 32 bytes", () => {
  const starts = parts.map((_, index) => size(parts.slice(0, index)));
  // The head and what fills it up, then a tensor and what fills it up.
  for (let index = 2; index < parts.length; index += 2) expect(starts[index]! % 32).toBe(0);
});

test("files are as large as quantized ones are", () => {
  // 4.5 and 8.5 bits a weight of the decoder and of both copies of the embedding, 8.5 a weight of
  // the encoder.
  expect(size(parts) / 1e6).toBeCloseTo(630, -1);
  expect(size(ggufParts("Q8_0")) / 1e6).toBeCloseTo(1006, -1);
});
