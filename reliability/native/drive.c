// This folder: programs in C, without JavaScript, and what is preloaded into programs.
//
// Opens checkpoints through the C functions, as a program without JavaScript: for sanitizers, and
// for calls of the system that fail.
//
//   drive FOLDER…             opens each; a line with the outcome
//   drive --transcribe FOLDER PCM IDS
//                             one session: float32 samples and int32 prompt of two files, 16 tokens
//
// The status is 0 when all went well, 3 when something was refused with a reason.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bun_asr.h"

// Of faults.c, where that is preloaded.
__attribute__((weak)) void faults_begin(void);

static const int tokens = 16;

static int refused(const char *what) {
  const char *why = asr_error();
  fprintf(stdout, "%s: %s\n", what, why ? why : "no reason");
  return why ? 3 : 4;
}

static char *read_all(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(5);
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*length);
  if (!bytes || fread(bytes, 1, *length, file) != *length) exit(5);
  fclose(file);
  return bytes;
}

static int transcribe(const char *folder, const char *pcm_path, const char *ids_path) {
  size_t pcm_length, ids_length;
  char *pcm = read_all(pcm_path, &pcm_length);
  char *ids = read_all(ids_path, &ids_length);
  if (faults_begin) faults_begin();
  asr_model *model = asr_model_open(folder, "{\"threads\": 2}");
  if (!model) return refused("open");
  asr_session *session = asr_session_open(model, "{}");
  if (!session) return refused("session");
  if (asr_session_mel(session, pcm, pcm_length) < 0) return refused("mel");
  if (asr_session_encode(session, 0) < 0) return refused("encode");
  if (asr_session_prefill(session, ids, ids_length, NULL, 0) < 0) return refused("prefill");
  for (int i = 0; i < tokens; i++) {
    int64_t token = asr_session_next(session);
    if (token == ASR_END) break;
    if (token < 0) return refused("next");
    fprintf(stdout, "%lld ", (long long)token);
  }
  asr_session_close(session);
  asr_model_close(model);
  return 0;
}

int main(int count, char **arguments) {
  if (count == 5 && strcmp(arguments[1], "--transcribe") == 0)
    return transcribe(arguments[2], arguments[3], arguments[4]);
  int status = 0;
  for (int i = 1; i < count; i++) {
    asr_model *model = asr_model_open(arguments[i], "{}");
    if (!model) status = refused(arguments[i]);
    asr_model_close(model);
  }
  return status;
}
