// Preloaded: lets the n-th call of a kind fail, or counts them.
//
//   FAULT_CALL    open, read, mmap, malloc or thread
//   FAULT_NUMBER  which one fails, from 1; 0: none
//   FAULT_COUNT   a file for the number of calls, written at exit
//
// Counting begins with `faults_begin`, so that loading the program is not part of it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_long calls;
static atomic_int begun;
static long failing;
static const char *kind = "";

__attribute__((constructor)) static void set_up(void) {
  const char *number = getenv("FAULT_NUMBER");
  failing = number ? atol(number) : 0;
  if (getenv("FAULT_CALL")) kind = getenv("FAULT_CALL");
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("FAULT_COUNT");
  begun = 0;
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", (long)calls);
  fclose(file);
}

void faults_begin(void) { begun = 1; }

static int fails(const char *call, int reason) {
  if (!begun || strcmp(kind, call) != 0) return 0;
  if (++calls != failing) return 0;
  errno = reason;
  return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                            \
  int name(const char *path, int flags, ...) {                \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                             \
    if (fails("open", EMFILE)) return -1;                     \
    return NEXT(name)(path, flags, mode);                     \
  }
OPEN(open)
OPEN(open64)

#define READ(name, offset_type)                                           \
  ssize_t name(int file, void *bytes, size_t count, offset_type offset) { \
    if (fails("read", EIO)) return -1;                                    \
    return NEXT(name)(file, bytes, count, offset);                        \
  }
READ(pread, off_t)
READ(pread64, off64_t)

ssize_t read(int file, void *bytes, size_t count) {
  if (fails("read", EIO)) return -1;
  return NEXT(read)(file, bytes, count);
}

FILE *fopen(const char *path, const char *mode) {
  if (fails("open", EMFILE)) return NULL;
  return NEXT(fopen)(path, mode);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  if (fails("mmap", ENOMEM)) return MAP_FAILED;
  return NEXT(mmap)(address, length, protection, flags, file, offset);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument) {
  if (fails("thread", EAGAIN)) return EAGAIN;
  return NEXT(pthread_create)(thread, attributes, run, argument);
}

// The C library's own: looking for `malloc` allocates.
extern void *__libc_malloc(size_t);

void *malloc(size_t size) {
  if (fails("malloc", ENOMEM)) return NULL;
  return __libc_malloc(size);
}
