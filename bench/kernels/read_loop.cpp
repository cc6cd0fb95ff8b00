#include "read_loop.h"

#include "kernels/machine/cpu.h"

namespace bun_asr::bench {
namespace {

using Line [[gnu::vector_size(64)]] = uint64_t;  // as many registers as the target takes for it

#define READ_LOOP(name)                                                \
  void name(const uint8_t* data, size_t bytes) {                       \
    const auto* line = reinterpret_cast<const Line*>(data);            \
    Line seen[4] = {};                                                 \
    for (const Line* end = line + bytes / 64; line < end; line += 8) { \
      for (int i = 0; i < 8; i++) seen[i % 4] ^= line[i];              \
    }                                                                  \
    seen[0] ^= seen[1] ^ seen[2] ^ seen[3];                            \
    asm volatile("" : : "m"(seen[0]));                                 \
  }

READ_LOOP(read_plain)
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
READ_LOOP(read_avx2)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
READ_LOOP(read_avx512)
#pragma clang attribute pop
#endif

}  // namespace

void read_all(const uint8_t* data, size_t bytes) {
#if defined(__x86_64__)
  if (cpu_has_avx512()) return read_avx512(data, bytes);
  if (cpu_has_avx2()) return read_avx2(data, bytes);
#endif
  read_plain(data, bytes);
}

}  // namespace bun_asr::bench
