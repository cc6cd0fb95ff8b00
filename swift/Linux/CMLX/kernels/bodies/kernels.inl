// The kernels of one table, once for all instruction sets. The order in which the bodies need each
// other is this one.

#include "kernels/bodies/int8.inl"

#include "kernels/bodies/matrix.inl"

#include "kernels/bodies/stored.inl"

#include "kernels/bodies/rows.inl"

#include "kernels/bodies/attention.inl"

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
