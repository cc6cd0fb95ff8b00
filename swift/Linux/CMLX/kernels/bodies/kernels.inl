// This folder: the kernels of a table, written once for all instruction sets, over the vectors that
// a header of isa/ defines.
//
// Here: all of them, in the order in which they need each other.

#include "kernels/bodies/int8.inl"

#include "kernels/bodies/matrix.inl"

#include "kernels/bodies/stored.inl"

#include "kernels/bodies/rows.inl"

#include "kernels/bodies/attention.inl"

#include "kernels/bodies/winograd.inl"

#include "kernels/bodies/rounding.inl"

/// The table of this namespace. `supported` is decided outside the region.
static constexpr Table make_table(const char* name, bool (*supported)(),
                                  const Int8Kernels& int8 = int8_kernels,
                                  const Int16Kernels& int16 = {}) {
  return {.name = name,
          .supported = supported,
#define TABLE_SIZE(type, entry) .entry = entry,
#define TABLE_KERNEL(result, entry, arguments) .entry = entry,
#include "kernels/table.inl"
          .int8 = int8,
          .int16 = int16};
}
