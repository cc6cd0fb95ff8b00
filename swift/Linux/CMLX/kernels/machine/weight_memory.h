// Memory for weights, in pages as large as the system gives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace bun_asr {

/// `bytes` of memory, aligned to a cache line; nullptr when there is none. What is taken in a row
/// lies in a row: a decode step reads all weights once, and with pages of 4 KB the first touch of
/// each page and the translation of its address cost more than the reading.
std::shared_ptr<uint8_t> take_weight_memory(size_t bytes);

}  // namespace bun_asr
