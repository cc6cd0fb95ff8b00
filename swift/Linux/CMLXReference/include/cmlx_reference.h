/// This folder: ops of libmlx for comparisons alone.
///
/// MLX's own ops that nothing but comparisons calls, as C: beside the fused ones of cmlx.h, whose
/// rules hold here, too.
#ifndef CMLX_REFERENCE_H
#define CMLX_REFERENCE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// As in cmlx.h.
typedef struct cmlx_array_s* cmlx_array;

cmlx_array cmlx_subtract(cmlx_array a, cmlx_array b);
cmlx_array cmlx_equal(cmlx_array a, cmlx_array b);
cmlx_array cmlx_greater_equal(cmlx_array a, cmlx_array b);
/// Of the last two axes.
cmlx_array cmlx_matmul(cmlx_array a, cmlx_array b);
cmlx_array cmlx_repeat(cmlx_array x, int32_t count, int32_t axis);

#ifdef __cplusplus
}
#endif

#endif
