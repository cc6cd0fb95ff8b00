// Weights in memory, for all kernels that read them: what int8.inl and matrix.inl begin with.

#include "kernels/isa/contract.inl"

#define UNROLL _Pragma("clang loop unroll(full)")

LANE_FUNCTION size_t scale_bytes(Storage storage) { return storage == Storage::f32 ? 4 : 2; }

LANE_FUNCTION Vec load_scales(Storage storage, const uint8_t* p, size_t lane) {
  switch (storage) {
    case Storage::f32: return load(reinterpret_cast<const float*>(p) + lane);
    case Storage::f16: return load_f16(reinterpret_cast<const uint16_t*>(p) + lane);
    default: return load_bf16(reinterpret_cast<const uint16_t*>(p) + lane);
  }
}

/// Asks for what will be read where `bytes` at `p` are now, in two steps. The processor's own
/// prefetch stops at the end of each page.
LANE_FUNCTION void prefetch(const uint8_t* p, size_t bytes) {
  constexpr size_t line = 64;
  for (size_t i = 0; i < bytes; i += line) {
    __builtin_prefetch(p + prefetch_ahead + i, 0, 2);
    __builtin_prefetch(p + prefetch_near + i);
  }
}
