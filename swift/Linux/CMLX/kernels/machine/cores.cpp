#include "kernels/machine/cores.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace bun_asr {
namespace {

size_t container_share() {
  // As a container sees its own group: "max 100000" or "150000 100000".
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string time;
  long long period = 0;
  if (v2 >> time >> period)
    return time == "max" ? 0 : cores_of_share(std::atoll(time.c_str()), period);
  std::ifstream quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream length("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  long long microseconds = 0;
  return quota >> microseconds && length >> period ? cores_of_share(microseconds, period) : 0;
}

}  // namespace

size_t cores_of_share(long long time, long long period) {
  if (time <= 0 || period <= 0) return 0;
  return std::max<size_t>(1, static_cast<size_t>((time + period / 2) / period));
}

size_t usable_cores() {
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const size_t share = container_share();
  return share == 0 ? cores : std::min(cores, share);
}

}  // namespace bun_asr
