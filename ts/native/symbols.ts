// This folder: the Swift library as its C header has it, and the one place that knows where files
// lie.

import { dlopen, type Library } from "bun:ffi";
import { AsrError, type AsrErrorCode, errorCodes, messageOf } from "../contract/errors.ts";
import { withoutBlasThreads } from "./blas-threads.ts";
import { checkLibraryFile } from "./library-file.ts";
import { loadFailure } from "./load-failure.ts";
import { libraryHint, locateLibrary } from "./locate.ts";
import { doctorHint } from "./program.ts";
import { checkSystem } from "./system.ts";

/** `ASR_ABI` of the header that this table was written from. */
export const abi = 8;

/** The library functions return these in place of a count. */
export const ended = -1;
export const failed = -2;

/**
 * swift/CBunASR/include/bun_asr.h, line by line; symbols.test.ts compares the two.
 * Views go as `buffer` and `buffer_length` from the same object, so that pointer and length cannot
 * disagree.
 */
export const symbolTable = {
  // uint32_t asr_abi(void);
  asr_abi: { args: [], returns: "u32" },
  // const char *asr_error(void);
  asr_error: { args: [], returns: "cstring" },
  // const char *asr_platform(void);
  asr_platform: { args: [], returns: "cstring" },
  // asr_model *asr_model_open(const char *directory, const char *options);
  asr_model_open: { args: ["cstring", "cstring"], returns: "ptr" },
  // const char *asr_model_info(const asr_model *model);
  asr_model_info: { args: ["ptr"], returns: "cstring" },
  // int64_t asr_model_inputs(const asr_model *model, const char *module, void *out, uint64_t
  // out_length);
  asr_model_inputs: { args: ["ptr", "cstring", "buffer", "buffer_length"], returns: "i64" },
  // void asr_model_close(asr_model *model);
  asr_model_close: { args: ["ptr"], returns: "void" },
  // int64_t asr_convert(const void *values, uint64_t values_length, const char *options, void *out,
  // uint64_t out_length);
  asr_convert: {
    args: ["buffer", "buffer_length", "cstring", "buffer", "buffer_length"],
    returns: "i64",
  },
  // asr_session *asr_session_open(asr_model *model, const char *options);
  asr_session_open: { args: ["ptr", "cstring"], returns: "ptr" },
  // void asr_session_close(asr_session *session);
  asr_session_close: { args: ["ptr"], returns: "void" },
  // int64_t asr_session_mel(asr_session *session, const void *pcm, uint64_t pcm_length);
  asr_session_mel: { args: ["ptr", "buffer", "buffer_length"], returns: "i64" },
  // int64_t asr_session_encode(asr_session *session, int64_t keep);
  asr_session_encode: { args: ["ptr", "i64"], returns: "i64" },
  // int64_t asr_session_prefill(asr_session *session, const void *ids, uint64_t ids_length, const
  // void *draft, uint64_t draft_length);
  asr_session_prefill: {
    args: ["ptr", "buffer", "buffer_length", "buffer", "buffer_length"],
    returns: "i64",
  },
  // int64_t asr_session_work(asr_session *session);
  asr_session_work: { args: ["ptr"], returns: "i64" },
  // int64_t asr_session_slots(asr_session *session, void *out, uint64_t out_length);
  asr_session_slots: { args: ["ptr", "buffer", "buffer_length"], returns: "i64" },
  // int64_t asr_session_next(asr_session *session);
  asr_session_next: { args: ["ptr"], returns: "i64" },
  // int64_t asr_model_step(asr_model *model, const void *sessions, uint64_t sessions_length);
  asr_model_step: { args: ["ptr", "buffer", "buffer_length"], returns: "i64" },
  // int64_t asr_session_token(const asr_session *session);
  asr_session_token: { args: ["ptr"], returns: "i64" },
  // double asr_session_logprob(const asr_session *session);
  asr_session_logprob: { args: ["ptr"], returns: "f64" },
  // int64_t asr_session_bias(asr_session *session, const void *ids, uint64_t ids_length, const void
  // *bonuses, uint64_t bonuses_length, int32_t only);
  asr_session_bias: {
    args: ["ptr", "buffer", "buffer_length", "buffer", "buffer_length", "i32"],
    returns: "i64",
  },
  // int64_t asr_session_rewind(asr_session *session, int64_t position);
  asr_session_rewind: { args: ["ptr", "i64"], returns: "i64" },
  // int64_t asr_session_read(asr_session *session, const char *stage, void *out, uint64_t
  // out_length);
  asr_session_read: { args: ["ptr", "cstring", "buffer", "buffer_length"], returns: "i64" },
  // int64_t asr_session_alignment(asr_session *session, int64_t head, int64_t from, void *out,
  // uint64_t out_length);
  asr_session_alignment: {
    args: ["ptr", "i64", "i64", "buffer", "buffer_length"],
    returns: "i64",
  },
  // const char *asr_session_report(asr_session *session);
  asr_session_report: { args: ["ptr"], returns: "cstring" },
} as const;

/** The functions of the library. */
export type NativeLibrary = Library<typeof symbolTable>["symbols"];

/** An address that the library gave out. */
export type Handle = NonNullable<ReturnType<NativeLibrary["asr_model_open"]>>;

function open(path: string): NativeLibrary {
  checkLibraryFile(path);
  let library: Library<typeof symbolTable>;
  try {
    library = withoutBlasThreads(() => dlopen(path, symbolTable));
  } catch (error) {
    // Another library, or one of another version, may lack some of the symbols.
    const { why, hint } = loadFailure(messageOf(error));
    throw new AsrError("native", `${path}: cannot be loaded: ${why}`, hint, { cause: error });
  }
  const found = library.symbols.asr_abi();
  if (found !== abi) {
    throw new AsrError("native", `${path}: has ABI ${found}, this bun-asr needs ${abi}`);
  }
  // Never closed: a call after dlclose would jump into freed code.
  return library.symbols;
}

let loaded: NativeLibrary | undefined;

/** Opens the library at the first call. Throws AsrError `native` with what to do about it. */
export function nativeLibrary(): NativeLibrary {
  if (loaded !== undefined) return loaded;
  try {
    checkSystem();
    loaded = open(locateLibrary());
    return loaded;
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    const named = Boolean(process.env["BUN_ASR_LIBRARY"]);
    const usual = named ? "unset BUN_ASR_LIBRARY, or set it to another library" : libraryHint;
    const hint = `${error.hint ?? usual}; ${doctorHint}`;
    throw new AsrError(error.code, error.message, hint, { cause: error });
  }
}

/**
 * The last failure of the library on this thread as an error to throw. `call` says what was tried.
 */
export function nativeError(library: NativeLibrary, call: string): AsrError {
  const report = library.asr_error();
  if (report === null) return failure("native", `${call} failed without a reason`);
  try {
    const { code, message } = JSON.parse(report);
    if (isCode(code)) return failure(code, String(message));
  } catch {
    // Not the JSON that the header promises: show it as it is.
  }
  return failure("native", `${call}: ${report}`);
}

function failure(code: AsrErrorCode, message: string): AsrError {
  return new AsrError(code, message, code === "native" ? doctorHint : undefined);
}

function isCode(value: unknown): value is AsrErrorCode {
  return errorCodes.some((code) => code === value);
}
