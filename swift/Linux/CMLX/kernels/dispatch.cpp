// Chooses the table: the best one that the machine has, or the one that BUN_ASR_KERNELS names.
#include <cstdlib>
#include <cstring>
#include <string>

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

struct Choice {
  const Table* table = nullptr;
  std::string problem;

  Choice() {
    const char* wish = std::getenv("BUN_ASR_KERNELS");
    if (wish && *wish) {
      const Table* wanted = find_table(wish);
      if (wanted && wanted->supported()) {
        table = wanted;
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
  }
};

Choice& choice() {
  static Choice made;
  return made;
}

}  // namespace

const Table& table() { return *choice().table; }

bool use_table(const char* name) {
  const Table* wanted = find_table(name);
  if (!wanted || !wanted->supported()) return false;
  choice().table = wanted;
  return true;
}

const char* kernels_name() { return table().name; }

const char* kernels_problem() {
  const std::string& problem = choice().problem;
  return problem.empty() ? nullptr : problem.c_str();
}

}  // namespace bun_asr
