"""Works through the shards of a plan on a Ray cluster: python3 scale/ray_batch.py --out OUT.

Machines offer slots as the resource `asr` (deploy/ray-node.sh); they may come and go. Ray decides
who runs what, and only numbers of shards travel.
"""

import os
import sys
import time
from dataclasses import asdict

from command import parser, run
from driver import Lost
from shard import Done

# A cluster asks nobody for its figures, unless the user has said otherwise.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
import ray  # noqa: E402

SLOTS_SECONDS = 2.0
HERE = os.path.dirname(os.path.abspath(__file__))
# What a machine needs to run a shard, each after what it imports.
MODULES = ("store", "worker", "shard")


def task_of(spec):
    """The function that runs on machines, which need bun-asr and Ray, and no copy of these files:
    it brings them along, and a process loads them once."""
    sources = {}
    for name in MODULES:
        with open(os.path.join(HERE, f"{name}.py"), encoding="utf-8") as file:
            sources[name] = file.read()
    fields = asdict(spec)

    def run_shards(numbers, only):
        import sys
        from dataclasses import asdict
        from types import ModuleType

        for name, source in sources.items():
            if name not in sys.modules:
                module = sys.modules[name] = ModuleType(name)
                exec(compile(source, f"scale/{name}.py", "exec"), module.__dict__)
        shard = sys.modules["shard"]
        results = shard.run_shards(shard.Spec(**fields), numbers, only)
        return [asdict(done) for done in results]

    # Every retry is the driver's, so that its count of losses is right.
    return ray.remote(num_cpus=0, resources={"asr": 1}, max_retries=0)(run_shards)


class RayEngine:
    """The slots of a cluster."""

    def __init__(self, spec):
        self._run = task_of(spec)
        self._slots, self._asked = 0, float("-inf")

    def slots(self):
        if time.monotonic() - self._asked > SLOTS_SECONDS:
            self._asked = time.monotonic()
            self._slots = int(ray.cluster_resources().get("asr", 0))
        return self._slots

    def submit(self, numbers, only):
        return self._run.remote(numbers, only)

    def wait(self, handles, seconds):
        if not handles:
            time.sleep(seconds)
            return []
        return ray.wait(handles, num_returns=1, timeout=seconds)[0]

    def result(self, handle):
        try:
            return [Done(**fields) for fields in ray.get(handle)]
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            raise Lost(type(error).__name__) from error

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
