"""How many shards an engine is given at once: guided self-scheduling.

A task costs an engine some milliseconds, which short shards are not worth one by one. A task takes
a part of what is left for each slot, so that all slots end together, and no more than some seconds
of work, so that it is told soon what is done.
"""

# Of what is left for a slot a task takes one part of so many.
PARTS = 4
TASK_SECONDS = 5.0
MAX_SHARDS = 64


class Pace:
    """Learns how long shards take."""

    def __init__(self):
        self._seconds, self._shards = 0.0, 0

    def note(self, done):
        # One that was there tells nothing of the next one.
        if done.ran:
            self._seconds += done.took
            self._shards += 1

    def shards_of_task(self, left, slots):
        """How many of the shards that are left go into the next task; at first, one."""
        if not self._shards or not slots:
            return 1
        share = left // (PARTS * slots)
        mean = self._seconds / self._shards
        return max(1, min(share, MAX_SHARDS, int(TASK_SECONDS / max(mean, 1e-6))))
