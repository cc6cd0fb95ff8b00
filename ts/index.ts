export type { AudioInput } from "./audio/input.ts";
export type { AudioSamples } from "./audio/pcm.ts";
export { AsrError, type AsrErrorCode } from "./errors.ts";
export { languages } from "./languages.ts";
export {
  Model,
  type ModelInfo,
  type ModelOptions,
  type Session,
  type SessionOptions,
  type SessionReport,
  type Stage,
} from "./model.ts";
export { type ParsedOutput, type PromptOptions, parseOutput, promptIds } from "./prompt.ts";
export { TokenDecoder, Tokenizer } from "./tokenizer.ts";
export {
  Asr,
  type OneCallOptions,
  type Progress,
  type TranscribeOptions,
  transcribe,
} from "./transcribe.ts";
export {
  type Chunk,
  type FinishReason,
  lowConfidence,
  type Segment,
  type Span,
  type Timings,
  type Transcript,
  type Usage,
} from "./transcript.ts";
