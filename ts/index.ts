// This folder: the package as a script imports it; its other modules here are the calls that it
// exports.

export { Asr } from "./asr.ts";
export { AsrSync } from "./asr-sync.ts";
export { audioTracks } from "./audio/audio-tracks.ts";
export { type FollowOptions, follow } from "./audio/follow.ts";
export type { AudioInput } from "./audio/input.ts";
export {
  type Device,
  devices,
  type MicrophoneOptions,
  microphone,
} from "./audio/microphone/microphone.ts";
export type { AudioSamples, PcmEncoding, PcmFormat, PcmStream } from "./audio/pcm.ts";
export type { AudioTrack } from "./audio/tracks/tracks.ts";
export type { Alignment, GivenText, Unmatched } from "./contract/alignment.ts";
export { AsrError, type AsrErrorCode, type AsrErrorReason } from "./contract/errors.ts";
export type {
  DeltaEvent,
  FinalEvent,
  FinishEvent,
  PartialEvent,
  SegmentEvent,
  StreamEvent,
  WordsEvent,
} from "./contract/events.ts";
export type { Keyword } from "./contract/keywords.ts";
export { languages } from "./contract/language-names.ts";
export type {
  AlignOptions,
  AlignSettings,
  CallOptions,
  ChannelChoice,
  LoadOptions,
  ModelOptions,
  OneAlignOptions,
  OneCallOptions,
  OneStreamOptions,
  Progress,
  RecordingSettings,
  SessionOptions,
  StreamOptions,
  StreamSettings,
  TranscribeOptions,
} from "./contract/options.ts";
export {
  type Chunk,
  type FinishReason,
  lowConfidence,
  type Segment,
  type Span,
  type Timings,
  type TokenText,
  type Transcript,
  type Usage,
  type Word,
} from "./contract/transcript.ts";
export { Model, Session, type Stage } from "./native/model.ts";
export type { ModelInfo, SessionReport } from "./native/model-info.ts";
export { type ParsedOutput, type PromptOptions, parseOutput, promptIds } from "./text/prompt.ts";
export { TokenDecoder, Tokenizer } from "./text/tokenizer.ts";
export { align, transcribe, transcribeStream } from "./transcribe.ts";
