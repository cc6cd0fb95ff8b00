export { Asr, type LoadOptions } from "./asr.ts";
export { AsrSync } from "./asr-sync.ts";
export { type FollowOptions, follow } from "./audio/follow.ts";
export type { AudioInput } from "./audio/input.ts";
export { type Device, devices, type MicrophoneOptions, microphone } from "./audio/microphone.ts";
export type { AudioSamples, PcmEncoding, PcmFormat, PcmStream } from "./audio/pcm.ts";
export { AsrError, type AsrErrorCode } from "./errors.ts";
export type { Keyword } from "./guides/keyword.ts";
export { languages } from "./languages.ts";
export { Model, type ModelOptions, Session, type SessionOptions, type Stage } from "./model.ts";
export type { ModelInfo, SessionReport } from "./model-info.ts";
export type {
  CallOptions,
  Progress,
  RecordingSettings,
  StreamOptions,
  StreamSettings,
  TranscribeOptions,
} from "./options.ts";
export { type ParsedOutput, type PromptOptions, parseOutput, promptIds } from "./prompt.ts";
export type {
  DeltaEvent,
  FinalEvent,
  FinishEvent,
  PartialEvent,
  StreamEvent,
} from "./stream-event.ts";
export { TokenDecoder, Tokenizer } from "./tokenizer/tokenizer.ts";
export {
  type OneCallOptions,
  type OneStreamOptions,
  transcribe,
  transcribeStream,
} from "./transcribe.ts";
export {
  type Chunk,
  type FinishReason,
  lowConfidence,
  type Piece,
  type Segment,
  type Span,
  type Timings,
  type Transcript,
  type Usage,
} from "./transcript.ts";
