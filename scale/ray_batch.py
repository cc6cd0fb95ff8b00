"""Works through the shards of a plan on a Ray cluster: python3 scale/ray_batch.py --out OUT.

Machines offer slots as the resource `asr` (deploy/ray-node.sh); they may come and go. Ray decides
who runs what, and only numbers of shards travel.
"""

import os
import sys
import time

import driver
import shard
import store
import worker
from command import parser, run

# A cluster asks nobody for its figures, unless the user has said otherwise.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
import ray  # noqa: E402
from ray import cloudpickle  # noqa: E402

SLOTS_SECONDS = 2.0


class RayEngine:
    """The slots of a cluster."""

    def __init__(self, spec):
        # Machines need bun-asr and Ray, and no copy of these files.
        for module in (store, worker, shard):
            cloudpickle.register_pickle_by_value(module)
        # Every retry is the driver's, so that its count of losses is right.
        task = ray.remote(num_cpus=0, resources={"asr": 1}, max_retries=0)
        self._run = task(shard.run_shard)
        self._spec = ray.put(spec)
        self._slots, self._asked = 0, float("-inf")

    def slots(self):
        if time.monotonic() - self._asked > SLOTS_SECONDS:
            self._asked = time.monotonic()
            self._slots = int(ray.cluster_resources().get("asr", 0))
        return self._slots

    def submit(self, number, only):
        return self._run.remote(self._spec, number, only)

    def wait(self, handles, seconds):
        if not handles:
            time.sleep(seconds)
            return []
        return ray.wait(handles, num_returns=1, timeout=seconds)[0]

    def result(self, handle):
        try:
            return ray.get(handle)
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            raise driver.Lost(type(error).__name__) from error

    def close(self, interrupted):
        ray.shutdown()


def main():
    flags = parser(__doc__.splitlines()[0])
    flags.add_argument("--address", default="auto", help="the head, as in head:6379")
    given = flags.parse_args()
    try:
        ray.init(address=given.address, log_to_driver=False, logging_level="ERROR")
    except ConnectionError as error:
        hint = "start one with deploy/ray-node.sh head"
        print(f"error: no Ray cluster at {given.address}: {error}; {hint}", file=sys.stderr)
        return 2
    return run(given, RayEngine)


if __name__ == "__main__":
    sys.exit(main())
