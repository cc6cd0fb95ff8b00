// The result as JSON.
#pragma once

#include "measurement.h"

namespace bun_asr::bench {

/// Writes one object to standard output; bench/benches/kernels.ts declares its fields.
void print_report(const Bench& bench, const Limits& limits);

}  // namespace bun_asr::bench
