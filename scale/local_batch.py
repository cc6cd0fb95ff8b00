"""Works through the shards of a plan on this machine: python3 scale/local_batch.py --out OUT.

With --slice I/N it is the task of an array, of Slurm or of an Indexed Job: every Nth shard.
"""

import os
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from command import parser, run
from shard import run_shards
from worker import end_workers, leave_workers


class LocalEngine:
    """Some workers on this machine, a thread each that waits for its own."""

    def __init__(self, spec, workers):
        self._spec, self._workers = spec, workers
        self._pool = ThreadPoolExecutor(workers)

    def slots(self):
        return self._workers

    def submit(self, shards, only):
        return self._pool.submit(run_shards, self._spec, shards, only)

    def wait(self, handles, seconds):
        return wait(handles, seconds, FIRST_COMPLETED).done

    def result(self, handle):
        return handle.result()

    def close(self, interrupted):
        """Ends what is left; shards that were not begun are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if interrupted:
            end_workers()
        else:
            leave_workers()


def main():
    flags = parser(__doc__.splitlines()[0])
    flags.add_argument("--workers", type=int, default=1, help="processes with a model each")
    given = flags.parse_args()
    status = run(given, lambda spec: LocalEngine(spec, given.workers))
    # Threads that wait for a worker would be waited for.
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
