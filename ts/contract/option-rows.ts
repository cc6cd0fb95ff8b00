import type { KindOf, OptionKind } from "./option-kinds.ts";
import type {
  CallOptions,
  LoadOptions,
  OneStreamOptions,
  RecordingSettings,
  SessionOptions,
  StreamSettings,
} from "./options.ts";

/** Which calls take an option. */
export type Scope =
  /** Those that open their model themselves. */
  | "model"
  /** `load`, and those. */
  | "load"
  /** All that transcribe. */
  | "recording"
  /** The same; the native library takes it. */
  | "session"
  /** Those that stream. */
  | "stream"
  /** Every call that does not block. */
  | "call";

/** How the command line gives an option. */
export interface OptionFlag {
  /** Without the hyphens. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Names that other programs give it. */
  readonly aliases?: readonly string[];
  /** What help texts call its value, where the kind does not say it. */
  readonly value?: string;
  /** The value that it has where it stands without one. */
  readonly bare?: string;
  /** The heading in help texts. */
  readonly heading: "Model" | "What is said" | "Which part" | "Decoding" | "Input" | "Output";
  /** What help texts say instead of the sentence. */
  readonly help?: string;
  /** The default, where a command line has another than the API. */
  readonly defaultText?: string;
}

/** All there is to know of an option whose values are of type `Value`. */
export interface Option<Value = unknown, In extends Scope = Scope> {
  readonly scope: In;
  readonly kind: unknown extends Value ? OptionKind : KindOf<Value>;
  readonly default?: Value;
  /** The default in words, where a value alone does not tell it. */
  readonly defaultText?: string;
  /** One sentence for the docs and, without its backticks, for help texts. */
  readonly sentence: string;
  readonly flag?: OptionFlag;
}

type ScopeOf<Name> = Name extends keyof CallOptions
  ? "call"
  : Name extends keyof LoadOptions
    ? "load"
    : Name extends keyof SessionOptions
      ? "session"
      : Name extends keyof RecordingSettings
        ? "recording"
        : Name extends keyof StreamSettings
          ? "stream"
          : "model";

/** A row for each option of the interfaces: one that lacks, is too much or differs is an error. */
export type Rows = {
  readonly [Name in keyof OneStreamOptions]-?: Option<
    Exclude<OneStreamOptions[Name], undefined>,
    ScopeOf<Name>
  >;
};
