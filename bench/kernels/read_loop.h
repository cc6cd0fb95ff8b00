// Reading memory as fast as a core can.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bun_asr::bench {

/// Reads [data, data + bytes), a multiple of 512, aligned to 64.
void read_all(const uint8_t* data, size_t bytes);

}  // namespace bun_asr::bench
