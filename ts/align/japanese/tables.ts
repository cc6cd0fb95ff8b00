/** One direction of an LSTM layer: matrices column by column, gates in the order i, f, o, g. */
export interface LstmWeights {
  /** [inputs, 4 × cells] */
  input: Float64Array;
  /** [cells, 4 × cells] */
  recurrent: Float64Array;
  /** [4 × cells], the constant of the forget gates included. */
  bias: Float64Array;
}

/** What nagisa's network knows; rows of embeddings are told by the maps beside them. */
export interface JapaneseTables {
  /** By code point. */
  characters: ReadonlyMap<number, number>;
  /** By `pairKey`. */
  pairs: ReadonlyMap<number, number>;
  /** By lower-cased text. */
  words: ReadonlyMap<string, number>;
  /** The row where no word of the dictionary starts or ends. */
  unknownWord: number;
  /** [rows, 32] */
  characterRows: Float32Array;
  /** [rows, 16] */
  pairRows: Float32Array;
  /** [rows, 16] */
  wordRows: Float32Array;
  /** [7, 8] */
  kindRows: Float32Array;
  forward: LstmWeights;
  backward: LstmWeights;
  /** [100, 6]: from what both directions say to the scores of tags. */
  output: Float64Array;
  /** [6] */
  outputBias: Float64Array;
  /** [6, 6]: what it adds to come to a tag (row) from another (column). */
  transitions: Float64Array;
}

/** Numbers of each row, and of each cell of a direction. */
export const dims = { character: 32, pair: 16, kind: 8, word: 16, input: 200, cells: 50 } as const;

/** Inside a word: its first character, one between, its last, its only one; then the two ends. */
export const tags = {
  begin: 0,
  middle: 1,
  end: 2,
  single: 3,
  start: 4,
  stop: 5,
  count: 6,
} as const;

/** The key of two code points that follow each other; the last one of a text has none behind it. */
export function pairKey(first: number, second: number | undefined): number {
  return first * 0x110001 + (second ?? 0x110000);
}
