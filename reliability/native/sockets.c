// Preloaded: notes each socket that is made for the network in the file of SOCKETS_SEEN.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int socket(int domain, int type, int protocol) {
  int (*next)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
  const char *path = getenv("SOCKETS_SEEN");
  if (path && (domain == AF_INET || domain == AF_INET6)) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file >= 0) {
      if (write(file, "x", 1) != 1) abort();
      close(file);
    }
  }
  return next(domain, type, protocol);
}
