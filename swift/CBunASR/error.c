#include "bun_asr_error.h"

#include <stdlib.h>
#include <string.h>

// Swift has no thread-local storage of its own.
static _Thread_local char *error_text;

const char *bun_asr_error_text(void) { return error_text; }

void bun_asr_set_error_text(const char *text) {
  free(error_text);
  error_text = text ? strdup(text) : NULL;
}
