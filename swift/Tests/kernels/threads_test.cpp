// The pool, and the choice of a table.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include "checks.h"
#include "kernels/machine/cores.h"

namespace bun_asr::tests {

void test_threads() {
  auto covers = [](size_t count, size_t grain) {
    std::vector<std::atomic<int>> seen(count);
    parallel_for(count, grain, [&](size_t i, size_t end) {
      parallel_for(end - i, 1, [&](size_t j, size_t last) {
        for (; j < last; j++) seen[i + j]++;
      });
    });
    return std::all_of(seen.begin(), seen.end(), [](const auto& n) { return n == 1; });
  };
  bool good = true;
  for (int i = 0; i < 2000; i++) good &= covers(pick(0, 300), pick(0, 20));
  report(good, "parallel_for covers each item once");

  std::atomic<bool> all_good = true;
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; c++) {
    callers.emplace_back([&, c] {
      for (size_t i = 0; i < 500; i++) {
        if (!covers(i + size_t(c), 1)) all_good = false;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  report(all_good, "parallel_for from several threads");

  good = true;
  const size_t before = thread_count();
  for (size_t threads : {1, 5, 2, 1, 3, 0}) {
    set_thread_count(threads);
    good &= thread_count() == (threads ? threads : before);
    std::mutex mutex;
    std::set<std::thread::id> seen;
    parallel_for(64, 1, [&](size_t, size_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      std::lock_guard<std::mutex> lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
    good &= seen.size() <= thread_count() && covers(300, 1);
  }
  report(good, "set_thread_count bounds the threads of a loop");

  report(cores_of_share(-1, 100000) == 0 && cores_of_share(150000, 100000) == 2 &&
             cores_of_share(10000, 100000) == 1 && cores_of_share(400000, 100000) == 4 &&
             usable_cores() >= 1,
         "a container's share in cores");
}

namespace {

/// This program with BUN_ASR_KERNELS set prints what became of it.
std::string choice_for(const char* program, const char* name) {
  const char* runner = std::getenv("KERNELS_TEST_RUNNER");  // an emulator, for another processor
  const std::string command = "BUN_ASR_KERNELS=" + std::string(name) + " " +
                              (runner ? runner : "") + " '" + program + "' --choice";
  std::string output;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    char line[300];
    while (std::fgets(line, sizeof line, pipe)) output += line;
    pclose(pipe);
  }
  return output;
}

}  // namespace

void test_choice(const char* program) {
  report(choice_for(program, "nonsense").find("problem: BUN_ASR_KERNELS=nonsense") == 0,
         "an unknown table is refused");
  for (auto t = all_tables(); *t; t++) {
    const std::string expected =
        (*t)->supported() ? std::string("table: ") + (*t)->name + "\n" : "problem:";
    report(choice_for(program, (*t)->name).find(expected) == 0, "BUN_ASR_KERNELS chooses");
  }
}

}  // namespace bun_asr::tests
