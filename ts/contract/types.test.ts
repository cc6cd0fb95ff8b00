import { expectTypeOf, test } from "bun:test";
import type {
  Asr,
  AsrError,
  AsrErrorCode,
  AsrSync,
  AudioInput,
  DeltaEvent,
  FinalEvent,
  FinishEvent,
  LoadOptions,
  OneStreamOptions,
  PartialEvent,
  SegmentEvent,
  StreamEvent,
  StreamOptions,
  TranscribeOptions,
  Transcript,
  transcribe,
  transcribeStream,
  WordsEvent,
} from "../index.ts";
import type { ChoiceKind } from "./option-kinds.ts";
import type { OptionName, optionTable } from "./option-table.ts";

// The compiler judges these, in `./bunw run check`.

type Named<Type extends StreamEvent["type"]> = Extract<StreamEvent, { type: Type }>;

test("events are told apart by their type", () => {
  type Types = "partial" | "delta" | "words" | "final" | "segment" | "finish";
  expectTypeOf<StreamEvent["type"]>().toEqualTypeOf<Types>();
  expectTypeOf<Named<"partial">>().toEqualTypeOf<PartialEvent>();
  expectTypeOf<Named<"delta">>().toEqualTypeOf<DeltaEvent>();
  expectTypeOf<Named<"words">>().toEqualTypeOf<WordsEvent>();
  expectTypeOf<Named<"final">>().toEqualTypeOf<FinalEvent>();
  expectTypeOf<Named<"segment">>().toEqualTypeOf<SegmentEvent>();
  expectTypeOf<Named<"finish">>().toEqualTypeOf<FinishEvent>();
  expectTypeOf<FinishEvent["transcript"]>().toEqualTypeOf<Transcript>();
  expectTypeOf<FinalEvent>().toMatchTypeOf<{ start: number; end: number; text: string }>();
  expectTypeOf<PartialEvent>().not.toHaveProperty("transcript");
});

test("calls give what they say", () => {
  expectTypeOf<ReturnType<Asr["transcribe"]>>().toEqualTypeOf<Promise<Transcript>>();
  expectTypeOf<ReturnType<AsrSync["transcribe"]>>().toEqualTypeOf<Transcript>();
  expectTypeOf<ReturnType<typeof transcribe>>().toEqualTypeOf<Promise<Transcript>>();
  type Events = AsyncGenerator<StreamEvent, void, undefined>;
  expectTypeOf<ReturnType<Asr["stream"]>>().toEqualTypeOf<Events>();
  expectTypeOf<ReturnType<typeof transcribeStream>>().toEqualTypeOf<Events>();
  expectTypeOf<ReturnType<(typeof Asr)["load"]>>().toEqualTypeOf<Promise<Asr>>();
  expectTypeOf<ReturnType<(typeof AsrSync)["load"]>>().toEqualTypeOf<AsrSync>();
  expectTypeOf<Asr>().toMatchTypeOf<AsyncDisposable & Disposable>();
});

test("samples without their rate are no input", () => {
  expectTypeOf<Float32Array>().not.toMatchTypeOf<AudioInput>();
  expectTypeOf<{ samples: Float32Array }>().not.toMatchTypeOf<AudioInput>();
  expectTypeOf<number[]>().not.toMatchTypeOf<AudioInput>();
  expectTypeOf<{ samples: Float32Array; sampleRate: number }>().toMatchTypeOf<AudioInput>();
  expectTypeOf<{
    stream: ReadableStream<Uint8Array>;
    sampleRate: number;
  }>().toMatchTypeOf<AudioInput>();
  for (const _ of [] as (string | URL | Blob | Response | Uint8Array | ArrayBuffer)[]) {
    expectTypeOf(_).toMatchTypeOf<AudioInput>();
  }
});

test("options have names and types", () => {
  type Names = keyof TranscribeOptions;
  expectTypeOf<"langauge">().not.toMatchTypeOf<Names>();
  expectTypeOf<"language">().toMatchTypeOf<Names>();
  expectTypeOf<"live">().not.toMatchTypeOf<Names>();
  expectTypeOf<"live">().toMatchTypeOf<keyof StreamOptions>();
  expectTypeOf<{ langauge: string }>().not.toMatchTypeOf<TranscribeOptions>();
  expectTypeOf<{ maxTokens: string }>().not.toMatchTypeOf<TranscribeOptions>();
  expectTypeOf<{ keywords: readonly string[] }>().toMatchTypeOf<TranscribeOptions>();
  expectTypeOf<{ signal: AbortSignal }>().toMatchTypeOf<TranscribeOptions & LoadOptions>();
  // What blocks cannot be stopped or watched.
  expectTypeOf<"signal">().not.toMatchTypeOf<
    keyof NonNullable<Parameters<AsrSync["transcribe"]>[1]>
  >();
});

test("choices of the table of options are all that the interfaces name", () => {
  type Table = typeof optionTable;
  type Choices = {
    [Name in OptionName as Table[Name]["kind"] extends ChoiceKind
      ? Name
      : never]: Table[Name]["kind"] extends ChoiceKind<infer Choice> ? Choice : never;
  };
  type Told = { [Name in keyof Choices]: Exclude<OneStreamOptions[Name], undefined> };
  expectTypeOf<Choices>().toEqualTypeOf<Told>();
  expectTypeOf<keyof Choices>().toEqualTypeOf<"precision" | "words" | "mel">();
});

test("errors have codes and what was finished", () => {
  expectTypeOf<AsrError["code"]>().toEqualTypeOf<AsrErrorCode>();
  expectTypeOf<AsrError["hint"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<AsrError["partial"]>().toEqualTypeOf<Transcript | undefined>();
});

test("nothing public is any", () => {
  expectTypeOf<Parameters<Asr["transcribe"]>[0]>().not.toBeAny();
  expectTypeOf<Parameters<Asr["transcribe"]>[1]>().not.toBeAny();
  expectTypeOf<Parameters<Asr["stream"]>[1]>().not.toBeAny();
  expectTypeOf<Asr["info"][keyof Asr["info"]]>().not.toBeAny();
  expectTypeOf<Transcript[keyof Transcript]>().not.toBeAny();
  expectTypeOf<Transcript["segments"][number]>().not.toBeAny();
});
