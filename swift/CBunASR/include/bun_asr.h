/// This folder: the whole boundary between TypeScript and Swift, written by hand: the one source.
///
/// Swift implements each function with `@c @implementation`, so the compiler compares it with this
/// header; `ts/native/symbols.test.ts` compares the `bun:ffi` table with it.
///
/// Rules that hold for every function
/// - Pull, never push: the caller drives; nothing calls back.
/// - Failure is NULL or a negative number, and `asr_error()` says why. Nothing exits, aborts or
///   prints.
/// - Strings are NUL-terminated UTF-8. Options and reports are JSON objects; unknown option keys
///   are refused.
/// - A buffer is a pointer and its length in *bytes*; it is borrowed for the call and never kept.
/// - One thread opens a model and makes every later call on it and its sessions.
/// - A closed handle must not be used again; the TypeScript classes guard that.
#ifndef BUN_ASR_H
#define BUN_ASR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Compared with `asr_abi()` when the library is loaded. Raised with every change of this file.
#define ASR_ABI 8

/// `asr_session_next` and `asr_session_token` return this after an end token was chosen.
#define ASR_END (-1)
/// Returned by the functions that count when they failed.
#define ASR_FAILED (-2)

/// An open checkpoint: weights, tables, the mel front end. A recognizer, which writes what is said,
/// or a forced aligner, which finds when the words of a known text are said: its config.json gives
/// its head classes of time (`classify_num`; `num_labels` or `id2label` as transformers writes it).
/// Owned by the caller until `asr_model_close`.
typedef struct asr_model asr_model;
/// One recording being transcribed: mel, audio embeddings, KV cache, sampler. Belongs to its model.
typedef struct asr_session asr_session;

/// The ABI number that the library was built with. Any thread, any time.
uint32_t asr_abi(void);

/// The last failure on this thread as JSON `{"code": …, "message": …}`, or NULL when the last call
/// succeeded. `code` is one of `model` (checkpoint missing or bad), `input` (audio or ids), `usage`
/// (bad option or order of calls), `native` (MLX or platform). The text lives until the next call
/// on this thread.
const char *asr_error(void);

/// What computes here, as JSON: `{"mlx": "0.31.1", "blas": "OpenBLAS 0.3.34 …", "blasCore":
/// "Haswell", "kernels": "avx2", "tables": ["avx2", "scalar"], "threads": 2, "cores": 2}`. `tables`
/// are those of kernels that this machine can run, the best one first; `cores` those that this
/// process may keep busy. Where `kernels` is absent, `problem` says why nothing can compute. Only
/// `mlx`, `kernels` and `tables` are there where Metal computes. Any thread, any time; lives as
/// long as the process. NULL when that fails.
const char *asr_platform(void);

/// Opens the checkpoint folder `directory` (config.json, *.safetensors).
/// Options: `{"precision": "auto" | "full", "threads": 8, "bufferCacheBytes": 1000000000}`; `full`
/// computes every activation in float32. `threads` (default: all cores) holds for the whole
/// process, where the processor computes (not on Metal). So does `bufferCacheBytes`, most bytes of
/// freed buffers that MLX keeps for reuse (default: a sixteenth of its memory limit), on Metal
/// alone. `sliceOperations` is how many multiplications `asr_session_work` does at once, as far as
/// whole layers allow (default: 8e9, on Metal 80e9). With `"observeInputs": true` products remember
/// what they are given, see `asr_model_inputs`, and everything takes longer. `"alignmentHeads":
/// [[layer, head], …]` names the heads of the decoder whose attention `asr_session_alignment`
/// tells. Returns an owned handle, or NULL.
asr_model *asr_model_open(const char *directory, const char *options);

/// JSON: sizes, dtypes, bits, special token ids, kernel table, bytes of weights, the number of
/// `alignmentHeads`, and `windowFrames` and `windowTokens`, the mel frames and the audio embeddings
/// of one attention window of the encoder. `classes` is how many classes of time an aligner's head
/// has, `segmentMs` how many milliseconds lie between two of them, `tokens.timestamp` the id at
/// which it gives one; a recognizer has 0, 0 and no such id. Lives until the model is closed.
const char *asr_model_info(const asr_model *model);

/// How large the inputs of a module's product were since the model was opened with
/// `observeInputs`: their mean squares, float32 [inputs], into `out`. `module` is the name of its
/// weights in MLX's layout, without `.weight`; embeddings and convolutions are not observed. Zeros
/// before the product was first used. Returns the bytes written, or ASR_FAILED.
int64_t asr_model_inputs(const asr_model *model, const char *module, void *out,
                         uint64_t out_length);

/// Closes the model and every session that is still open on it. NULL is allowed.
void asr_model_close(asr_model *model);

/// What a tensor of a checkpoint becomes in another one; pure, needs no model. `values` is
/// row-major, of `shape` and `type` ("BF16", "F16", "F32"). Options, all but the first two
/// optional:
/// `{"type": "BF16", "shape": [96, 64], "to": "F16", "axes": [0, 2, 3, 1], "bits": 4,
///   "groupSize": 64, "quantizer": "mlx" | "search", "importance": [1, …]}`.
/// The axes are put in the order `axes`, the values cast to `to`, and a matrix quantized by MLX's
/// affine quantizer to `bits` 2, 3, 4, 5, 6 or 8 in groups of 32, 64 or 128 of a row, on the
/// processor: the same bytes on every machine. `out` gets the values; or the codes, uint32 [rows,
/// columns · bits / 32], then the scales, then the biases, both `to` [rows, columns / groupSize].
/// The quantizer `search` looks for scales and biases that lose less than MLX's, in the same form;
/// `importance`, a number above 0 for each column, says how much the square of an error counts.
/// Infinities and NaN, before or after, are refused. Returns the bytes written, or ASR_FAILED.
int64_t asr_convert(const void *values, uint64_t values_length, const char *options, void *out,
                    uint64_t out_length);

/// Starts a session. Options, all optional:
/// `{"mel": "exact" | "fft512", "temperature": 0, "seed": 0, "repetitionPenalty": 1,
///   "noRepeatNgram": 0, "ignoreEos": false, "alignment": false}`. With `alignment`, of a model
/// with alignment heads, `asr_session_alignment` may be called. Returns an owned handle, or NULL.
asr_session *asr_session_open(asr_model *model, const char *options);

/// Frees the session. NULL is allowed; so is a session whose model is already closed.
void asr_session_close(asr_session *session);

/// Begins PCM to log-mel. `pcm` is float32, mono, 16 kHz, nominally in [-1, 1]; every value must be
/// finite, and within ±1e9. Returns the number of frames T = floor(samples / 160), at least 1, or
/// ASR_FAILED.
///
/// `mel`, `encode` and `prefill` check and copy what they are given, and `asr_session_work` does
/// what they began. A call that needs the result of unfinished work finishes it first, so only who
/// has other things to do on the thread needs `asr_session_work`. Unfinished work whose result no
/// call can ask for any more is dropped: a mel by a new `mel`, a prefill by a `rewind` to where it
/// began or before, an aligner's by a new `prefill`, and all by `asr_session_close`.
int64_t asr_session_mel(asr_session *session, const void *pcm, uint64_t pcm_length);

/// Begins the session's mel [128, T] to audio embeddings [N, hidden]. The first `keep` of them are
/// those of the `encode` before, and only the mel from the frame where they end is encoded: for
/// audio that has grown. `keep` is a whole number of windows (`windowTokens`), and both that
/// `encode` and this mel had all their frames; anything else is a usage error. 0: all anew.
/// Embeddings of other windows do not depend on what is kept. What was kept is of the mel of then,
/// which differs in the last frame of its audio, where the end is mirrored, and where a louder
/// maximum raises the floor. Returns N (13 for each full second), or ASR_FAILED.
int64_t asr_session_encode(asr_session *session, int64_t keep);

/// Begins to feed int32 token `ids` at the current position. `<|audio_pad|>` ids are replaced by
/// the embeddings of `encode`, in order: the first pad of a session by the first embedding, and
/// each further one by the next, over any number of calls. A rewind forgets the pads at and after
/// its position. More pads than embeddings are a usage error, before anything is fed. Fewer are
/// one, too, but for none at all: told by `asr_session_next` and `asr_model_step`, so that pads may
/// come in several calls. Text may be appended at any time. Returns the position that the ids lead
/// to (tokens held in the KV cache), or ASR_FAILED.
///
/// `draft`, int32 too, are tokens that are likely to be chosen behind the ids, such as those of an
/// earlier hypothesis; none: NULL and 0. They are fed along, in the same pass through the weights,
/// but count only as `asr_session_next` and `asr_model_step` choose them: a choice that the draft
/// has takes no pass, and one that it has not forgets what is left of it. So a draft changes how
/// long the choices take, not which they are (but for the rounding of products with many rows, as
/// with ids that were fed at once or apart). Until then nothing tells of it: not the position,
/// `logits`, the attention or the report. It holds no end tokens, takes free positions and, until
/// it is chosen or forgotten, 4 bytes for each token of the vocabulary and of the draft.
///
/// An aligner takes its whole prompt in one call, with a pad for each embedding, and keeps nothing
/// of it but what `asr_session_slots` tells: another call begins anew, so that several texts can be
/// tried on the same audio.
int64_t asr_session_prefill(asr_session *session, const void *ids, uint64_t ids_length,
                            const void *draft, uint64_t draft_length);

/// Does the next slice of what `mel`, `encode` or `prefill` began. A slice takes a bounded time
/// however long the audio is: with the 0.6B on two cores about 0.1 s, see `sliceOperations`.
/// Returns the number of slices that are left, 0 when the work is finished or none was begun, or
/// ASR_FAILED. A failure, here or in a call that finishes the work, drops it: the session is as it
/// was before the work was begun.
int64_t asr_session_work(asr_session *session);

/// Copies what an aligner says of the last prompt: for each `<timestamp>` id in it, in order, the
/// likeliest class, int32, from 0 on; times `segmentMs` it is a time. With `out_length` 0 nothing
/// is copied. Returns how many there are, or ASR_FAILED. A usage error before `prefill` and of a
/// recognizer, as are `next`, `step`, `bias` and `rewind` of an aligner.
int64_t asr_session_slots(asr_session *session, void *out, uint64_t out_length);

/// Chooses the next token and feeds it. Returns its id, ASR_END at an end token, or ASR_FAILED.
int64_t asr_session_next(asr_session *session);

/// Chooses the next token of several sessions of `model` and feeds them, with one pass through the
/// weights: the cost of a step hardly grows with the first few sessions. `sessions` holds their
/// handles, 8 bytes each, none twice. Sessions that have ended are left alone; any set may be
/// given, so sessions join and leave between steps. `asr_session_token` tells what was chosen.
/// Returns the number of sessions that have not ended, or ASR_FAILED, when nothing has changed,
/// except after a `native` failure: then the sessions can only be closed.
int64_t asr_model_step(asr_model *model, const void *sessions, uint64_t sessions_length);

/// What the last step of the session chose: a token id, or ASR_END. ASR_FAILED when it is not open.
int64_t asr_session_token(const asr_session *session);

/// The natural logarithm of the probability of what the last step of the session chose, end tokens
/// included: under the model's own distribution, before bias, penalties and temperature. NaN before
/// the first step and after a rewind, and when the session is not open.
double asr_session_logprob(const asr_session *session);

/// Adds `bonuses`, float32, to the logits of token `ids`, int32, before each choice from now on,
/// until the next call. There are as many of both; ids are distinct, bonuses finite. With `only`
/// other than 0, no other token may be chosen, end tokens included. No ids, with `only` 0: nothing
/// is added any more. Penalties and temperature apply to the sums; where `noRepeatNgram` forbids
/// all that `only` allows, it does not hold. Returns the number of ids, or ASR_FAILED, when the
/// bias is as before.
int64_t asr_session_bias(asr_session *session, const void *ids, uint64_t ids_length,
                         const void *bonuses, uint64_t bonuses_length, int32_t only);

/// Forgets everything at and after `position`, so that a common prefix need not be fed again. Feed
/// at least one token with `asr_session_prefill` before `asr_session_next`. Returns `position`, or
/// ASR_FAILED.
int64_t asr_session_rewind(asr_session *session, int64_t position);

/// Copies a stage's result, float32 row-major, into `out`: `mel` [128, T], `encoder` [N, hidden],
/// or `logits` [vocab] (those that the next call of `asr_session_next` chooses from), of an aligner
/// [slots, classes]. Returns the bytes written, or ASR_FAILED when the stage has not run or `out`
/// is too small.
int64_t asr_session_read(asr_session *session, const char *stage, void *out, uint64_t out_length);

/// Where in the audio the tokens looked: the attention of a head at the positions from `from` on,
/// softmax over the N audio embeddings alone, float32 rows [positions, N], N being the prompt's
/// pads. `head` counts in `alignmentHeads`, -1 is the mean of all. Positions are those of fed
/// tokens, chosen or prefilled, after the last pad, up to the session's; the row at a position is
/// what the token there looks at when it chooses the next one. As many whole rows are given as
/// `out` holds, so that a long answer can be read in parts. Sessions that were opened with
/// `alignment` alone keep what it takes; it costs a step next to nothing. Returns the bytes
/// written, or ASR_FAILED.
int64_t asr_session_alignment(asr_session *session, int64_t head, int64_t from, void *out,
                              uint64_t out_length);

/// JSON: milliseconds spent in each stage (`melMs`, `encodeMs`, `prefillMs`, `decodeMs`; a step
/// that sessions share counts in equal parts; of unfinished work, what is done), frames, audio
/// tokens, position, tokens chosen. Lives until the next call on this session.
const char *asr_session_report(asr_session *session);

#ifdef __cplusplus
}
#endif

#endif
