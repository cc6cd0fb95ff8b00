import type { Json } from "../../checkpoint/json-file.ts";
import { AsrError } from "../../contract/errors.ts";
import { lowConfidence } from "../../contract/transcript.ts";

/**
 * Below which mean log-probability a segment of a checkpoint is unsure, from the hints in its
 * config.json, at `path`: `"bun_asr": {"low_confidence": -0.6}`. How sure a model is when it is
 * wrong differs from model to model: one that was trained with smoothed labels rarely falls under
 * the usual mark.
 */
export function lowConfidenceOf(hints: Json, path: string): number {
  const { low_confidence: own = lowConfidence } = hints;
  if (typeof own !== "number" || own > 0) {
    const message = `${path}: bun_asr.low_confidence is not a logarithm of a probability`;
    throw new AsrError("model", message);
  }
  return own;
}
