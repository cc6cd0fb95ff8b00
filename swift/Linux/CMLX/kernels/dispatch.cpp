// Chooses the table: the best one that the machine has, or the one that BUN_ASR_KERNELS names.
#include <cstdlib>
#include <cstring>
#include <string>

#include "kernels/machine/cpu.h"
#include "kernels/table.h"

namespace bun_asr {

extern const Table scalar_table;
#if defined(__x86_64__)
extern const Table avx2_table, avxvnni_table, avx512_table, avx512vnni_table;
#elif defined(__aarch64__)
extern const Table neon_table, neondot_table;
#endif

const Table* const* all_tables() {
  static const Table* const tables[] = {
#if defined(__x86_64__)
      &avx512vnni_table, &avx512_table, &avxvnni_table, &avx2_table,
#elif defined(__aarch64__)
      &neondot_table, &neon_table,
#endif
      &scalar_table,     nullptr};
  return tables;
}

namespace {

const Table* find_table(const char* name) {
  for (auto t = all_tables(); *t; t++) {
    if (!std::strcmp((*t)->name, name)) return *t;
  }
  return nullptr;
}

/// The table whose products of one row are the faster ones, where `best` is what the machine has.
/// By the processor and never by a clock: the same machine always takes the same way.
const Table* one_row_table(const Table* best) {
#if defined(__x86_64__)
  // One row is bound by memory. Zen 4 takes vectors of 64 bytes in two halves, and reads weights of
  // 4 bits at 28.6 GB/s by them, at 32.1 by those of 32 bytes; of 8 bits at 26.1 and 35.4.
  if (cpu_is_zen4()) return &avx2_table;
#endif
  return best;
}

struct Choice {
  const Table *table = nullptr, *one_row = nullptr;
  std::string problem;

  Choice() {
    const char* wish = std::getenv("BUN_ASR_KERNELS");
    if (wish && *wish) {
      const Table* wanted = find_table(wish);
      if (wanted && wanted->supported()) {
        table = one_row = wanted;
        return;
      }
      problem = std::string("BUN_ASR_KERNELS=") + wish +
                (wanted ? ": this machine does not support it" : ": unknown") + "; choose one of";
      for (auto t = all_tables(); *t; t++) {
        if ((*t)->supported()) problem += std::string(" ") + (*t)->name;
      }
    }
    auto t = all_tables();
    while (!(*t)->supported()) t++;  // ends at scalar
    table = *t;
    one_row = one_row_table(table);
  }
};

Choice& choice() {
  static Choice made;
  return made;
}

}  // namespace

const Table& table() { return *choice().table; }

const Int8Kernels& one_row_kernels() { return choice().one_row->int8; }

bool use_table(const char* name) {
  const Table* wanted = find_table(name);
  if (!wanted || !wanted->supported()) return false;
  choice().table = choice().one_row = wanted;
  return true;
}

const char* kernels_name() { return table().name; }

const char* kernels_problem() {
  const std::string& problem = choice().problem;
  return problem.empty() ? nullptr : problem.c_str();
}

}  // namespace bun_asr
