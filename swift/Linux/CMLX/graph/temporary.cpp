#include "graph/temporary.h"

#include <deque>

#include "kernels/machine/scratch.h"

namespace {

struct Stack {
  std::deque<bun_asr::Scratch<float>> blocks;
  size_t used = 0;
};

thread_local Stack stack;

}  // namespace

namespace cmlx {

Temporary::Temporary() : place_(stack.used++) {
  if (place_ >= stack.blocks.size()) stack.blocks.emplace_back();
}

Temporary::~Temporary() { stack.used--; }

float* Temporary::reserve(size_t count) { return stack.blocks[place_].reserve(count); }

}  // namespace cmlx
