/** The sizes of a Qwen3-ASR model that the shapes of its tensors follow from. */
export interface ModelSizes {
  audio: Record<"width" | "layers" | "inner" | "channels" | "mels", number>;
  text: Record<
    "hidden" | "layers" | "heads" | "keyHeads" | "headWidth" | "inner" | "vocabulary",
    number
  >;
  /** Classes of an aligner's head; undefined for a recognizer, whose head has the vocabulary. */
  classes?: number | undefined;
}

/** The parts of the model that are quantized each in its own way. */
export type Part = "encoder" | "decoder" | "embedding";

/** A tensor that the model has, by its name without the official `thinker.`. */
export interface ModelTensor {
  name: string;
  part: Part;
  /** `matrix` can be quantized: the weight of a linear layer, or the embedding. */
  kind: "matrix" | "convolution" | "scale" | "offset";
  /** Rows first; a convolution as MLX has it, [outputs, height, width, inputs]. */
  shape: readonly number[];
  /** Embedding and head of an aligner: with fewer bits than 8 its times drift. */
  isTimeCritical?: true;
}

/** Three convolutions of stride 2 leave an eighth of the mel rows. */
const melStride = 8;

/** Every tensor of the model but an untied head, in the order of their use. */
export function modelTensors({ audio, text, classes }: ModelSizes): ModelTensor[] {
  const embedding = matrix("embedding", "model.embed_tokens", text.vocabulary, text.hidden);
  return [
    ...encoderTensors(audio, text.hidden),
    classes === undefined ? embedding : { ...embedding, isTimeCritical: true },
    ...decoderTensors(text),
  ];
}

/** A head of its own, where it is not the embedding again. */
export function headTensor({ text, classes }: ModelSizes): ModelTensor {
  const head = matrix("embedding", "lm_head", classes ?? text.vocabulary, text.hidden);
  return classes === undefined ? head : { ...head, isTimeCritical: true };
}

function encoderTensors(sizes: ModelSizes["audio"], outputs: number): ModelTensor[] {
  const { width, inner, channels, mels } = sizes;
  const linear = (name: string, rows: number, columns: number) => [
    matrix("encoder", `audio_tower.${name}`, rows, columns),
    vector("encoder", `audio_tower.${name}.bias`, rows, "offset"),
  ];
  const norm = (name: string) => [
    vector("encoder", `audio_tower.${name}.weight`, width, "scale"),
    vector("encoder", `audio_tower.${name}.bias`, width, "offset"),
  ];
  const convolution = (name: string, inputs: number): ModelTensor[] => [
    {
      name: `audio_tower.${name}.weight`,
      part: "encoder",
      kind: "convolution",
      shape: [channels, 3, 3, inputs],
    },
    vector("encoder", `audio_tower.${name}.bias`, channels, "offset"),
  ];
  return [
    ...convolution("conv2d1", 1),
    ...convolution("conv2d2", channels),
    ...convolution("conv2d3", channels),
    matrix("encoder", "audio_tower.conv_out", width, channels * Math.floor(mels / melStride)),
    ...repeat(sizes.layers, (layer) => [
      ...["q_proj", "k_proj", "v_proj", "out_proj"].flatMap((name) =>
        linear(`layers.${layer}.self_attn.${name}`, width, width),
      ),
      ...norm(`layers.${layer}.self_attn_layer_norm`),
      ...linear(`layers.${layer}.fc1`, inner, width),
      ...linear(`layers.${layer}.fc2`, width, inner),
      ...norm(`layers.${layer}.final_layer_norm`),
    ]),
    ...norm("ln_post"),
    ...linear("proj1", width, width),
    ...linear("proj2", outputs, width),
  ];
}

function decoderTensors(sizes: ModelSizes["text"]): ModelTensor[] {
  const { hidden, inner, headWidth } = sizes;
  const queries = sizes.heads * headWidth;
  const keys = sizes.keyHeads * headWidth;
  const norm = (name: string, size: number) =>
    vector("decoder", `model.${name}.weight`, size, "scale");
  return [
    ...repeat(sizes.layers, (layer) => {
      const linear = (name: string, rows: number, columns: number) =>
        matrix("decoder", `model.layers.${layer}.${name}`, rows, columns);
      return [
        norm(`layers.${layer}.input_layernorm`, hidden),
        linear("self_attn.q_proj", queries, hidden),
        linear("self_attn.k_proj", keys, hidden),
        linear("self_attn.v_proj", keys, hidden),
        linear("self_attn.o_proj", hidden, queries),
        norm(`layers.${layer}.self_attn.q_norm`, headWidth),
        norm(`layers.${layer}.self_attn.k_norm`, headWidth),
        norm(`layers.${layer}.post_attention_layernorm`, hidden),
        linear("mlp.gate_proj", inner, hidden),
        linear("mlp.up_proj", inner, hidden),
        linear("mlp.down_proj", hidden, inner),
      ];
    }),
    norm("norm", hidden),
  ];
}

function matrix(part: Part, module: string, rows: number, columns: number): ModelTensor {
  return { name: `${module}.weight`, part, kind: "matrix", shape: [rows, columns] };
}

function vector(part: Part, name: string, size: number, kind: "scale" | "offset"): ModelTensor {
  return { name, part, kind, shape: [size] };
}

function repeat(count: number, layer: (index: number) => ModelTensor[]): ModelTensor[] {
  return Array.from({ length: count }, (_, index) => layer(index)).flat();
}
