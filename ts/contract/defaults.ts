/** Most chunks that are decoded together. */
export const defaultBatch = 8;

/** Chunks of this length are decoded best and cheapest by the published checkpoints, in seconds. */
export const defaultChunkSeconds = 30;
