// Shares attention out: a task is one key head of one batch item and some of its queries.
#include <algorithm>

#include "kernels/machine/scratch.h"
#include "kernels/table.h"

namespace bun_asr {

void attention(const Attention& shape, const float* q, const void* k, const void* v, float* out) {
  const Table& t = table();
  const size_t rows = shape.heads / shape.kv_heads * shape.queries;  // that share a key head
  if (rows == 0 || shape.batch == 0 || shape.dim == 0) return;
  // Panels hold heads of up to panel_inputs; larger ones (no model here has them) go row by row.
  const bool few = rows <= t.max_attend_few_rows || shape.dim > panel_inputs;
  const size_t max_rows = few ? t.max_attend_few_rows : t.max_attend_many_rows;
  const size_t parts = (rows + max_rows - 1) / max_rows;
  const size_t scratch = few ? t.attend_few_scratch(shape) : t.attend_many_scratch(shape);

  const size_t task_work = std::max<size_t>(1, rows / parts * shape.keys * shape.dim);
  const size_t grain = std::max<size_t>(1, 16384 / task_work);
  parallel_for(shape.batch * shape.kv_heads * parts, grain, [&](size_t i, size_t end) {
    thread_local Scratch<float> memory;
    float* floats = memory.reserve(scratch);
    for (; i < end; i++) {
      const size_t part = i % parts, head = i / parts;
      const size_t first = rows * part / parts, last = rows * (part + 1) / parts;
      const AttentionTask task{
          &shape, q, k, v, out, head / shape.kv_heads, head % shape.kv_heads, first, last - first};
      (few ? t.attend_few : t.attend_many)(task, floats);
    }
  });
}

}  // namespace bun_asr
