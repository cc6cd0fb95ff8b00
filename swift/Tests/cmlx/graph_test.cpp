// This folder: swift/Linux/CMLX/graph under test, through its C functions.
//
// What is done to the graph must not change values: looking through views, computing operands
// inside their readers, endings of products, writing in place. Each graph is computed as it was
// built and again with every step evaluated on its own, which leaves nothing to look through.
#include <cmath>
#include <functional>

#include "checks.h"

namespace {

/// Passes each step on, evaluated on its own or not.
using Step = std::function<Array(Array)>;
Array lazily(Array x) { return x; }
Array at_once(Array x) {
  cmlx_array handle = x.get();
  cmlx_eval(&handle, 1);
  return x;
}

/// Builds a graph twice from the same random choices and compares.
void same(const std::string& what, const std::function<Array(const Step&)>& build) {
  const auto state = generator;
  const std::vector<float> lazy = build(lazily).values();
  generator = state;
  const std::vector<float> separate = build(at_once).values();
  bool equal = !lazy.empty() && lazy.size() == separate.size();
  for (size_t i = 0; equal && i < lazy.size(); i++) {
    equal = std::abs(lazy[i] - separate[i]) <= 1e-5f * (1 + std::abs(separate[i]));
  }
  report(equal, what);
}

/// A random slice, transpose or reshape.
Array random_view(const Array& x) {
  auto shape = x.shape();
  switch (pick(0, 2)) {
    case 0: {
      std::vector<int32_t> start, stop;
      for (auto length : shape) {
        start.push_back(pick(0, length - 1));
        stop.push_back(pick(start.back() + 1, length));
      }
      return cmlx_slice(x.get(), start.data(), stop.data(), start.size());
    }
    case 1: {
      std::vector<int32_t> axes(shape.size());
      for (size_t i = 0; i < axes.size(); i++) axes[i] = static_cast<int32_t>(i);
      std::shuffle(axes.begin(), axes.end(), generator);
      return cmlx_transpose(x.get(), axes.data(), axes.size());
    }
    default: {
      // Two neighbours become one, or one is split, or an axis of 1 comes in.
      const size_t axis = static_cast<size_t>(pick(0, static_cast<int>(shape.size()) - 1));
      if (axis + 1 < shape.size() && pick(0, 1)) {
        shape[axis] *= shape[axis + 1];
        shape.erase(shape.begin() + static_cast<long>(axis) + 1);
      } else {
        const int divisor = shape[axis] % 3 == 0 ? 3 : shape[axis] % 2 == 0 ? 2 : 1;
        shape[axis] /= divisor;
        shape.insert(shape.begin() + static_cast<long>(axis), divisor);
      }
      return cmlx_reshape(x.get(), shape.data(), shape.size());
    }
  }
}

void test_views() {
  for (int round = 0; round < 400; round++) {
    same("views, round " + std::to_string(round), [&](const Step& step) {
      Array x = random_array({pick(1, 6), pick(1, 12), pick(1, 12), pick(1, 24)});
      if (pick(0, 2)) x = step(cmlx_silu(x.get()));
      for (int views = pick(0, 5); views > 0; views--) {
        x = step(random_view(x));
        if (pick(0, 7) == 0) x = step(cmlx_gelu(x.get()));
      }
      return step(cmlx_gelu(x.get()));
    });
  }
}

std::shared_ptr<cmlx_packed_s> random_weights(int32_t outputs, int32_t inputs) {
  return {cmlx_pack_dense(random_array({outputs, inputs}).get(), CMLX_FULL), cmlx_packed_free};
}

Array as_type(const Array& x, cmlx_dtype type) { return cmlx_astype(x.get(), type); }

/// A decoder layer without its second half, in the shapes that look-through meets; in every second
/// round it remembers in float16.
void test_layer() {
  for (int round = 0; round < 60; round++) {
    const cmlx_dtype kept = round % 2 ? CMLX_FLOAT16 : CMLX_FLOAT32;
    const int32_t length = pick(1, 5), heads = 4, kv_heads = 2, dim = 8, size = 24;
    const int32_t wide = (heads + 2 * kv_heads) * dim, past = pick(0, 6);
    const auto project = random_weights(wide, size), out = random_weights(size, heads * dim);
    same("a layer, round " + std::to_string(round), [&](const Step& step) {
      const Array x = random_array({1, length, size}), norm = random_array({size});
      const Array head_norm = random_array({dim});
      const Array normed = step(cmlx_rms_norm(x.get(), norm.get(), 1e-6f));
      const Array projected = step(cmlx_packed_multiply(project.get(), normed.get(), nullptr));
      auto part = [&](int32_t first, int32_t count) {
        const int32_t start[] = {0, 0, first * dim}, stop[] = {1, length, (first + count) * dim};
        const int32_t shape[] = {1, length, count, dim}, axes[] = {0, 2, 1, 3};
        const Array cut = step(cmlx_slice(projected.get(), start, stop, 3));
        const Array split = step(cmlx_reshape(cut.get(), shape, 4));
        return step(cmlx_transpose(split.get(), axes, 4));
      };
      auto turn = [&](const Array& y) {
        const Array even = step(cmlx_rms_norm(y.get(), head_norm.get(), 1e-6f));
        return step(cmlx_rope(even.get(), dim, 1e4f, 1, past));
      };
      auto remember = [&](const Array& y) {
        const int32_t start[] = {0, 0, past, 0}, from[] = {0, 0, 0, 0};
        const int32_t stop[] = {1, kv_heads, past + length, dim};
        const Array held = as_type(random_array({1, kv_heads, past + length + 3, dim}), kept);
        const Array rounded = step(as_type(y, kept));
        const Array grown = step(cmlx_slice_update(held.get(), rounded.get(), start, stop, 4));
        return step(cmlx_slice(grown.get(), from, stop, 4));
      };
      const Array keys = remember(turn(part(heads, kv_heads)));
      const Array values = remember(part(heads + kv_heads, kv_heads));
      const Array queries = turn(part(0, heads));
      const Array seen =
          step(cmlx_attention(queries.get(), keys.get(), values.get(), 0.3f, nullptr, length > 1));
      const int32_t axes[] = {0, 2, 1, 3}, shape[] = {1, length, heads * dim};
      const Array turned = step(cmlx_transpose(seen.get(), axes, 4));
      const Array rows = step(cmlx_reshape(turned.get(), shape, 3));
      const Array y = step(cmlx_packed_multiply(out.get(), rows.get(), nullptr));
      return step(cmlx_add(x.get(), y.get()));
    });
  }
}

/// A position more of several sequences as one node, against the ops that it stands for; what the
/// sequences keep is written there, and views of it stay as they are.
void test_next_attention() {
  for (int round = 0; round < 40; round++) {
    const cmlx_dtype kept = round % 2 ? CMLX_FLOAT16 : CMLX_FLOAT32;
    const int32_t count = pick(1, 3), kv_heads = pick(1, 3), heads = kv_heads * pick(1, 6);
    const int32_t dim = 2 * pick(1, 12), size = pick(4, 30);
    const int32_t wide = (heads + 2 * kv_heads) * dim;
    const float eps = 1e-6f, base = 1e4f, scale = 0.3f;
    const Array x = random_array({count, 1, size});
    const auto weights = random_weights(wide, size);
    const Array query_norm = random_array({dim}), key_norm = random_array({dim});
    std::vector<Array> keys, values;
    std::vector<int32_t> positions;
    for (int32_t i = 0; i < count; i++) {
      const int32_t capacity = pick(2, 20);  // a view of all that there is would be the same array
      positions.push_back(pick(0, capacity - 1));
      keys.push_back(as_type(random_array({1, kv_heads, capacity, dim}), kept));
      values.push_back(as_type(random_array({1, kv_heads, capacity, dim}), kept));
    }
    const Array projected = cmlx_packed_multiply(weights.get(), x.get(), nullptr);
    const int32_t each[] = {count};
    const Array offsets = cmlx_new(positions.data(), each, 1, CMLX_INT32);
    auto part = [&](int32_t first, int32_t n) {
      const int32_t start[] = {0, 0, first * dim}, stop[] = {count, 1, (first + n) * dim};
      const int32_t shape[] = {count, n, 1, dim};
      const Array cut = cmlx_slice(projected.get(), start, stop, 3);
      return Array(cmlx_reshape(cut.get(), shape, 4));
    };
    auto turned = [&](const Array& y, const Array& norm) {
      const Array even = cmlx_rms_norm(y.get(), norm.get(), eps);
      return Array(cmlx_rope_each(even.get(), dim, base, 1, offsets.get()));
    };
    const Array queries = turned(part(0, heads), query_norm);
    const Array new_keys = turned(part(heads, kv_heads), key_norm);
    const Array new_values = part(heads + kv_heads, kv_heads);
    std::vector<float> expected, held, views;
    std::vector<Array> seen;
    for (int32_t i = 0; i < count; i++) {
      auto own = [&](const Array& y, int32_t n) {
        const int32_t start[] = {i, 0, 0, 0}, stop[] = {i + 1, n, 1, dim};
        return Array(cmlx_slice(y.get(), start, stop, 4));
      };
      auto grown = [&](const Array& old, const Array& y) {
        const int32_t start[] = {0, 0, positions[i], 0}, from[] = {0, 0, 0, 0};
        const int32_t stop[] = {1, kv_heads, positions[i] + 1, dim};
        const Array rounded = as_type(own(y, kv_heads), kept);
        const Array now = cmlx_slice_update(old.get(), rounded.get(), start, stop, 4);
        return Array(cmlx_slice(now.get(), from, stop, 4));
      };
      const Array k = grown(keys[i], new_keys), v = grown(values[i], new_values);
      const Array y =
          cmlx_attention(own(queries, heads).get(), k.get(), v.get(), scale, nullptr, false);
      for (const float value : y.values()) expected.push_back(value);
      for (const Array& half : {k, v}) {
        for (const float value : as_type(half, CMLX_FLOAT32).values()) held.push_back(value);
      }
      // In half of the rounds others look at the memory: it is copied.
      if (round % 4 < 2) continue;
      const int32_t from[] = {0, 0, positions[i], 0}, stop[] = {1, kv_heads, positions[i] + 1, dim};
      for (const auto& old : {keys[i], values[i]}) {
        seen.emplace_back(cmlx_slice(old.get(), from, stop, 4));
        cmlx_array handle = seen.back().get();
        cmlx_eval(&handle, 1);
        for (const float value : as_type(seen.back(), CMLX_FLOAT32).values()) {
          views.push_back(value);
        }
      }
    }
    std::vector<cmlx_array> key_handles, value_handles;
    for (const Array& array : keys) key_handles.push_back(array.get());
    for (const Array& array : values) value_handles.push_back(array.get());
    const std::vector<float> found =
        Array(cmlx_attend_next(projected.get(), query_norm.get(), key_norm.get(), eps, base, scale,
                               key_handles.data(), value_handles.data(), positions.data(),
                               positions.size()))
            .values();
    std::vector<float> now, unchanged;
    for (int32_t i = 0; i < count; i++) {
      for (const auto& kept_array : {keys[i], values[i]}) {
        const int32_t from[] = {0, 0, 0, 0}, stop[] = {1, kv_heads, positions[i] + 1, dim};
        const Array half = cmlx_slice(kept_array.get(), from, stop, 4);
        for (const float value : as_type(half, CMLX_FLOAT32).values()) now.push_back(value);
      }
    }
    for (const Array& view : seen) {
      for (const float value : as_type(view, CMLX_FLOAT32).values()) unchanged.push_back(value);
    }
    const std::string name = ", round " + std::to_string(round);
    bool close = !found.empty() && found.size() == expected.size();
    for (size_t i = 0; close && i < found.size(); i++) {
      close = std::abs(found[i] - expected[i]) <= 1e-5f * (1 + std::abs(expected[i]));
    }
    report(close, "a step's attention" + name);
    report(now == held, "what a sequence keeps" + name);
    report(unchanged == views, "views of what a sequence keeps" + name);
  }
  const Array small = random_array({1, 1, 12}), norm = random_array({2});
  const Array full = random_array({1, 2, 3, 2});
  cmlx_array kept = full.get();
  const int32_t position = 3;
  report(!cmlx_attend_next(small.get(), norm.get(), norm.get(), 1e-6f, 1e4f, 1, &kept, &kept,
                           &position, 1),
         "a sequence without room is refused");
}

void test_gate_and_endings() {
  for (int round = 0; round < 60; round++) {
    const int32_t inner = pick(1, 40), size = pick(1, 40), rows = pick(1, 20);
    const auto up = random_weights(2 * inner, size), down = random_weights(size, inner);
    same("a gated layer, round " + std::to_string(round), [&](const Step& step) {
      const Array x = random_array({1, rows, size}), bias = random_array({size});
      const Array both = step(cmlx_packed_multiply(up.get(), x.get(), nullptr));
      const int32_t start[] = {0, 0, 0}, middle[] = {0, 0, inner};
      const int32_t cut[] = {1, rows, inner}, stop[] = {1, rows, 2 * inner};
      const Array gate = step(cmlx_slice(both.get(), start, cut, 3));
      const Array other = step(cmlx_slice(both.get(), middle, stop, 3));
      const Array open = step(cmlx_silu(gate.get()));
      const Array gated = step(cmlx_multiply(open.get(), other.get()));
      const Array y = step(cmlx_packed_multiply(down.get(), gated.get(), bias.get()));
      const Array bent = pick(0, 1) ? step(cmlx_gelu(y.get())) : y;
      return step(pick(0, 1) ? cmlx_add(x.get(), bent.get()) : cmlx_add(bent.get(), x.get()));
    });
    same("a product that two read, round " + std::to_string(round), [&](const Step& step) {
      const Array x = random_array({rows, size});
      const Array y = step(cmlx_packed_multiply(up.get(), x.get(), nullptr));
      const Array bent = step(cmlx_gelu(y.get()));
      return step(cmlx_add(bent.get(), y.get()));
    });
  }
}

void test_rows_of_views() {
  for (int round = 0; round < 30; round++) {
    const int32_t rows = pick(1, 5), size = pick(2, 40), inner = pick(2, 30);
    const auto weight = random_weights(size, inner);
    same("log-sum-exp and a choice, round " + std::to_string(round), [&](const Step& step) {
      const Array x = random_array({rows, inner});
      const Array y = step(cmlx_packed_multiply(weight.get(), x.get(), nullptr));
      const int32_t turn[] = {1, 0}, start[] = {1, 0}, stop[] = {size, rows};
      const Array turned = step(cmlx_transpose(y.get(), turn, 2));
      const Array part = step(cmlx_slice(turned.get(), start, stop, 2));
      const int32_t column[] = {size - 1, 1};
      const Array places = step(cmlx_argmax(part.get()));
      const Array best =
          step(cmlx_take_along(part.get(), Array(cmlx_reshape(places.get(), column, 2)).get()));
      const Array sums = step(cmlx_logsumexp(part.get()));
      return step(cmlx_add(best.get(), Array(cmlx_reshape(sums.get(), column, 2)).get()));
    });
  }
}

void test_overwrite() {
  for (int round = 0; round < 60; round++) {
    const Array before = random_array({2, 5, 7});
    const std::vector<float> old = before.values();
    const int32_t start[] = {0, pick(0, 3), pick(0, 5)};
    const int32_t stop[] = {2, pick(start[1] + 1, 5), pick(start[2] + 1, 7)};
    const Array part = random_array({2, stop[1] - start[1], stop[2] - start[2]});
    const std::vector<float> update = part.values();
    const std::vector<float> now =
        Array(cmlx_slice_update(before.get(), part.get(), start, stop, 3)).values();
    std::vector<float> expected = old;
    size_t next = 0;
    for (int32_t i = 0; i < 2; i++) {
      for (int32_t j = start[1]; j < stop[1]; j++) {
        for (int32_t k = start[2]; k < stop[2]; k++) {
          expected[static_cast<size_t>((i * 5 + j) * 7 + k)] = update[next++];
        }
      }
    }
    report(now == expected, "a window is overwritten");
    report(before.values() == old, "what is held elsewhere stays as it was");
  }
}

/// float16 that is written from float32 on its way, with and without a step between its numbers.
void test_overwrite_halves() {
  for (int round = 0; round < 60; round++) {
    same("halves are overwritten, round " + std::to_string(round), [&](const Step& step) {
      const Array before = step(as_type(random_array({2, 5, 7}), CMLX_FLOAT16));
      const int32_t start[] = {0, pick(0, 3), pick(0, 5)};
      const int32_t stop[] = {2, pick(start[1] + 1, 5), pick(start[2] + 1, 7)};
      const int32_t turned[] = {stop[2] - start[2], 2, stop[1] - start[1]}, axes[] = {1, 2, 0};
      Array part = random_array({turned[0], turned[1], turned[2]});
      if (pick(0, 1)) part = step(cmlx_gelu(part.get()));
      part = step(cmlx_transpose(part.get(), axes, 3));
      part = step(as_type(part, CMLX_FLOAT16));
      const Array now = step(cmlx_slice_update(before.get(), part.get(), start, stop, 3));
      // `before` is held, so it stays as it was.
      const Array both[] = {as_type(before, CMLX_FLOAT32), as_type(now, CMLX_FLOAT32)};
      const cmlx_array handles[] = {both[0].get(), both[1].get()};
      return step(cmlx_concatenate(handles, 2, 0));
    });
  }
}

void test_concatenate() {
  for (int round = 0; round < 60; round++) {
    same("concatenated, round " + std::to_string(round), [&](const Step& step) {
      const int axis = pick(0, 2), count = pick(1, 20), leading = pick(0, 2) ? 1 : 2;
      std::vector<int32_t> shape = {leading, leading, leading};
      for (int i = axis + 1; i < 3; i++) shape[static_cast<size_t>(i)] = pick(1, 5);
      std::vector<Array> parts;
      std::vector<cmlx_array> handles;
      for (int i = 0; i < count; i++) {
        shape[static_cast<size_t>(axis)] = pick(1, 4);
        Array part = random_array(shape);
        if (pick(0, 1)) {
          const int32_t axes[] = {2, 1, 0}, turned[] = {shape[2], shape[1], shape[0]};
          part = step(cmlx_gelu(random_array({turned[0], turned[1], turned[2]}).get()));
          part = step(cmlx_transpose(part.get(), axes, 3));
        }
        parts.push_back(part);
        handles.push_back(part.get());
      }
      const Array all = step(cmlx_concatenate(handles.data(), handles.size(), axis));
      return step(cmlx_silu(all.get()));
    });
  }
}

/// A batch whose items stand at positions of their own turns as each of them alone does.
void test_rotation_of_batch() {
  for (int round = 0; round < 40; round++) {
    const int32_t count = pick(1, 9), heads = pick(1, 4), dim = 2 * pick(1, 9);
    const Array x = random_array({count, 1, heads, dim}), weight = random_array({dim});
    std::vector<int32_t> places(static_cast<size_t>(count));
    for (auto& place : places) place = pick(0, 600);
    const int32_t axes[] = {0, 2, 1, 3};
    const Array even = cmlx_rms_norm(x.get(), weight.get(), 1e-6f);
    const Array turned = cmlx_transpose(even.get(), axes, 4);
    const Array offsets = cmlx_new(places.data(), &count, 1, CMLX_INT32);
    const Array batch = cmlx_rope_each(turned.get(), dim, 1e4f, 1, offsets.get());
    bool equal = true;
    for (int32_t i = 0; i < count; i++) {
      const int32_t start[] = {i, 0, 0, 0}, stop[] = {i + 1, heads, 1, dim};
      const Array item = cmlx_slice(turned.get(), start, stop, 4);
      const Array alone = cmlx_rope(item.get(), dim, 1e4f, 1, places[static_cast<size_t>(i)]);
      const Array together = cmlx_slice(batch.get(), start, stop, 4);
      const auto values = alone.values();
      equal = equal && !values.empty() && values == together.values();
    }
    report(equal, "a batch is rotated, round " + std::to_string(round));
  }
  const Array x = random_array({2, 1, 1, 4}), one = cmlx_new("\0\0\0", nullptr, 0, CMLX_INT32);
  report(cmlx_rope_each(x.get(), 4, 1e4f, 1, one.get()) == nullptr,
         "a rotation whose offsets are too few is refused");
}

}  // namespace

int main(int, char** arguments) {
  test_views();
  test_layer();
  test_next_attention();
  test_gate_and_endings();
  test_rows_of_views();
  test_overwrite();
  test_overwrite_halves();
  test_concatenate();
  test_rotation_of_batch();
  test_stored(std::string(arguments[0]) + ".safetensors");
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
