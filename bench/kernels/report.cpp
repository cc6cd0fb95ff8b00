#include "report.h"

#include <algorithm>
#include <cstdio>

#include "kernels/machine/threads.h"

namespace bun_asr::bench {
namespace {

constexpr double giga = 1e9;

/// `write(item)` for each, between brackets, with commas.
template <class Items, class Write>
void print_list(const char* name, const Items& items, const Write& write) {
  std::printf("\"%s\":[", name);
  const char* comma = "";
  for (const auto& item : items) {
    std::fputs(comma, stdout);
    write(item);
    comma = ",";
  }
  std::printf("]");
}

const char* name_of(Operand operand) {
  return operand == Operand::f32 ? "f32" : operand == Operand::int8 ? "int8" : "int16";
}

void print_rate(const Rate& rate) {
  std::printf("\"oneThread\":%.2f,\"allThreads\":%.2f}", rate.one_thread / giga,
              rate.all_threads / giga);
}

void print_row(const Measurement& row, const Limits& limits) {
  const Call& call = row.call;
  const Limits::Peak& peak = limits.peak(row.table, call.operand);
  const double compute = call.operations / peak.rate.all_threads;
  const double reading = call.bytes / limits.bandwidth(call.residence).all_threads;
  const char* place = call.residence == Residence::memory ? "memory" : "cache";
  std::printf(
      "{\"group\":\"%s\",\"shape\":\"%s\",\"table\":\"%s\",\"arithmetic\":\"%s\",\"ms\":%.6f,"
      "\"turns\":%zu,\"gflops\":%.3f,\"gbs\":%.3f,\"limit\":\"%s\",\"percent\":%.2f}",
      call.group.c_str(), call.shape.c_str(), row.table.c_str(),
      call.arithmetic == Arithmetic::full ? "full" : "fast", row.seconds * 1000, row.turns,
      call.operations / row.seconds / giga, call.bytes / row.seconds / giga,
      compute > reading ? peak.loop->instructions : place,
      100 * std::max(compute, reading) / row.seconds);
}

}  // namespace

void print_report(const Bench& bench, const Limits& limits) {
  std::printf("{\"threads\":%zu,\"workingSetBytes\":%zu,", thread_count(), Limits::working_set());
  print_list("tables", bench.tables(),
             [](const std::string& table) { std::printf("\"%s\"", table.c_str()); });
  std::printf(",");
  print_list("peaks", limits.peaks(), [](const Limits::Peak& peak) {
    std::printf("{\"table\":\"%s\",\"operand\":\"%s\",\"instructions\":\"%s\",", peak.loop->table,
                name_of(peak.loop->operand), peak.loop->instructions);
    print_rate(peak.rate);
  });
  std::printf(",");
  print_list("bandwidths", std::initializer_list<Residence>{Residence::memory, Residence::cache},
             [&](Residence residence) {
               std::printf("{\"from\":\"%s\",",
                           residence == Residence::memory ? "memory" : "cache");
               print_rate(limits.bandwidth(residence));
             });
  std::printf(",");
  print_list("rows", bench.measurements(), [&](const Measurement& row) { print_row(row, limits); });
  std::printf("}\n");
}

}  // namespace bun_asr::bench
