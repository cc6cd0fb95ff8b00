/// The text behind `asr_error()`, one for each thread. Used by Exports.swift alone.
#ifndef BUN_ASR_ERROR_H
#define BUN_ASR_ERROR_H

/// The text that was set last on this thread, or NULL.
const char *bun_asr_error_text(void);
/// Copies `text`; NULL clears.
void bun_asr_set_error_text(const char *text);

#endif
