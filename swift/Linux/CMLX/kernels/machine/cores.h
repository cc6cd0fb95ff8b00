// How many cores this process may keep busy.
#pragma once

#include <cstddef>

namespace bun_asr {

/// Cores that the scheduler lets this process run on, or fewer when a container's share of
/// processor time (cgroup v1, v2) is smaller: more threads than that would only be stopped in turn.
size_t usable_cores();

/// Whole cores of a share as the files of a cgroup say it: time in a period, both in microseconds.
/// 0 when there is no limit.
size_t cores_of_share(long long time, long long period);

}  // namespace bun_asr
