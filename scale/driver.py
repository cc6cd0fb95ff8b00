"""What becomes of the shards of a plan: which are left, how far the work is, what is tried again.

Who runs a shard, and when, is decided by the engine that is handed in: Ray, or a pool of threads.
The driver holds numbers of shards alone.
"""

import json
import re
import socket
import sys
import time
import uuid
from collections import deque
from dataclasses import dataclass, field

from pace import Pace
from shard import Done, commit, error_row, items_of
from store import StoreError

# A shard, or an item on its own, whose process or machine is lost this often is not tried again.
LOSSES = 3
# Shards in a row that no machine could do: something is wrong with all of them.
FAILURES_IN_A_ROW = 10


class Lost(Exception):
    """The process or the machine that had a job is gone."""


@dataclass
class Job:
    shard: int
    # Places of items; None for the whole shard.
    only: list = None
    losses: int = 0
    failures: int = 0

    def is_fresh(self):
        """Whether it may share a task with others: who was in one that was lost is tried alone."""
        return self.only is None and not self.losses and not self.failures


@dataclass
class Plan:
    """plan.json, as far as a driver needs it."""

    folder: str
    shards: int
    items: list
    seconds: list
    weights: str
    worker_flags: list


def read_plan(store):
    text = store.get("plan.json")
    if text is None:
        raise StoreError(f"{store.out}: has no plan.json; make one with bun-asr batch plan")
    plan = json.loads(text)
    return Plan(
        folder=plan["folder"],
        shards=plan["shards"],
        items=plan["shard_items"],
        seconds=plan["shard_seconds"],
        weights=plan.get("weights", ""),
        worker_flags=["-m", plan["model"], *plan["options"]],
    )


def committed(store):
    """The numbers of the parts that are there."""
    pattern = re.compile(r"part-([0-9]{6})\.jsonl")
    found = (pattern.fullmatch(name) for name in store.names("parts"))
    return {int(match[1]) for match in found if match}


@dataclass
class Tally:
    """What a run has done, for its line, its metrics and its log."""

    done: int = 0
    unfinished: list = field(default_factory=list)
    items: int = 0
    errors: dict = field(default_factory=dict)
    seconds: float = 0.0
    ran: int = 0
    restarts: int = 0
    losses: int = 0
    failures: int = 0
    split: int = 0
    most_in_flight: int = 0
    log: list = field(default_factory=list)


class Driver:
    """Works through shards on an engine: `slots()`, `submit(shards, only)` begins a task,
    `wait(handles, seconds)` tells those that have ended, and `result(handle)` what became of each
    shard, or raises Lost."""

    def __init__(self, engine, store, plan, numbers, show=None):
        self.engine, self.store, self.plan = engine, store, plan
        there = committed(store)
        self.tally = Tally()
        self.was_done = sum(1 for number in numbers if number in there)
        self._queue = deque(Job(number) for number in numbers if number not in there)
        self.total = self.was_done + len(self._queue)
        self._left_seconds = sum(plan.seconds[job.shard] for job in self._queue)
        self._pace = Pace()
        # The jobs of each task that the engine has.
        self._in_flight = {}
        # Rows of shards that were split, by their places.
        self._pieces = {}
        self._show = show or (lambda driver: None)
        self._started = time.monotonic()
        self._failed_in_a_row = 0
        self._why = ""

    def run(self):
        """Works until nothing is left, or nothing can be done; the shards without a part are in
        `tally.unfinished`."""
        while self._queue or self._in_flight:
            self._fill()
            for handle in self.engine.wait(list(self._in_flight), 1.0):
                self._take(self._in_flight.pop(handle), handle)
            self._show(self)
            if self._failed_in_a_row >= FAILURES_IN_A_ROW and not self._in_flight:
                break
        left = {job.shard for job in self._queue}
        self.tally.unfinished = sorted(left.union(self.tally.unfinished))
        return self.tally

    def _fill(self):
        if self._failed_in_a_row >= FAILURES_IN_A_ROW:
            return
        room = 2 * self.engine.slots()
        while self._queue and len(self._in_flight) < room:
            jobs = self._next_jobs()
            handle = self.engine.submit([job.shard for job in jobs], jobs[0].only)
            self._in_flight[handle] = jobs
        self.tally.most_in_flight = max(self.tally.most_in_flight, len(self._in_flight))

    def _next_jobs(self):
        """What the next task has: a job, or several shards that are new."""
        size = self._pace.shards_of_task(len(self._queue), self.engine.slots())
        jobs = [self._queue.popleft()]
        while len(jobs) < size and jobs[0].is_fresh() and self._queue and self._queue[0].is_fresh():
            jobs.append(self._queue.popleft())
        return jobs

    def _take(self, jobs, handle):
        try:
            results = self.engine.result(handle)
        except Lost as error:
            self.tally.losses += 1
            for job in jobs:
                self._lost(job, str(error))
            return
        except Exception as error:  # A fault of the runner itself must not end the others' work.
            results = [Done(failed=("internal", f"{type(error).__name__}: {error}"))]
        for job, done in zip(jobs, results):
            self._ended(job, done)
        # Behind one that failed nothing was begun.
        self._queue.extend(jobs[len(results) :])

    def _ended(self, job, done):
        if done.failed:
            self._failed(job, *done.failed)
            return
        self._failed_in_a_row = 0
        self._pace.note(done)
        self._count(job, done)
        if job.only is None:
            self._finish(job.shard, done)
        else:
            self._piece(job, done.rows)

    def _count(self, job, done):
        tally = self.tally
        tally.ran += done.ran
        tally.restarts += done.restarts
        if done.was_there:
            return
        tally.items += done.items
        tally.seconds += done.seconds
        for code, count in done.errors.items():
            tally.errors[code] = tally.errors.get(code, 0) + count

    def _finish(self, shard, done):
        self.tally.done += 1
        self._left_seconds -= self.plan.seconds[shard]
        row = {"shard": shard, "items": done.items, "errors": done.errors, "ran": done.ran}
        row |= {"restarts": done.restarts, "was_there": done.was_there}
        row |= {"at_s": round(time.monotonic() - self._started, 3)}
        self.tally.log.append(row)

    def _lost(self, job, why):
        """Another process tries again; at the last time a shard is split, so that what takes whole
        machines with it costs one row."""
        job.losses += 1
        if job.losses < LOSSES:
            self._queue.append(job)
        elif job.only is None:
            self.tally.split += 1
            places = range(self.plan.items[job.shard])
            self._pieces[job.shard] = dict.fromkeys(places)
            self._queue.extendleft(Job(job.shard, [place]) for place in reversed(places))
            self._say(f"shard {job.shard:06d} was lost {job.losses} times: one item at a time")
        else:
            item = items_of(self.store, self.plan.folder, job.shard)[job.only[0]]
            message = f"every process that had it was lost: {why}"
            self.tally.items += 1
            self.tally.errors["lost"] = self.tally.errors.get("lost", 0) + 1
            self._piece(job, [error_row(item, "lost", message, job.losses)])

    def _failed(self, job, code, message):
        """The machine could not: another one may, or a later time."""
        self.tally.failures += 1
        self._failed_in_a_row += 1
        job.failures += 1
        self._why = f"{code}: {message}"
        self._say(f"shard {job.shard:06d}: {message}")
        if job.failures < LOSSES:
            self._queue.append(job)
        else:
            self.tally.unfinished.append(job.shard)

    def _piece(self, job, rows):
        pieces = self._pieces[job.shard]
        for place, row in zip(job.only, rows):
            pieces[place] = row
        if any(row is None for row in pieces.values()):
            return
        del self._pieces[job.shard]
        try:
            commit(self.store, job.shard, [pieces[place] for place in sorted(pieces)])
        except StoreError as error:
            self._say(f"shard {job.shard:06d}: {error}")
            self.tally.unfinished.append(job.shard)
            return
        self.tally.done += 1
        self._left_seconds -= self.plan.seconds[job.shard]

    def _say(self, line):
        print(f"batch: {line}", file=sys.stderr, flush=True)

    def line(self):
        """How far it is, on one line."""
        tally, passed = self.tally, time.monotonic() - self._started
        parts = [f"{self.was_done + tally.done} of {self.total} shards"]
        if tally.seconds > 0:
            rate = tally.seconds / passed
            parts.append(f"{tally.seconds / 3600:.2f} h heard, {rate:.1f} x real time")
        errors = sum(tally.errors.values())
        if errors:
            parts.append(f"{count(errors, 'row')} of errors")
        if tally.losses or tally.restarts:
            parts.append(f"{tally.losses} lost, {count(tally.restarts, 'restart')}")
        slots = self.engine.slots()
        parts.append(count(slots, "slot") if slots else "no machine offers asr yet")
        if tally.seconds > 0 and self._left_seconds > 0:
            left = self._left_seconds * passed / tally.seconds
            parts.append(f"about {clock(left)} left")
        return ", ".join(parts)

    def write_log(self):
        """Keeps what varies from run to run apart from the rows: times, the host, retries."""
        tally = self.tally
        head = {"host": socket.gethostname(), "took_s": round(time.monotonic() - self._started, 1)}
        head |= {"finished_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        head |= {"items": tally.items, "errors": tally.errors, "audio_s": round(tally.seconds, 3)}
        head |= {"ran": tally.ran, "restarts": tally.restarts, "losses": tally.losses}
        head |= {"failures": tally.failures, "split": tally.split}
        head |= {"in_flight": tally.most_in_flight}
        lines = [json.dumps(row) + "\n" for row in [head, *tally.log]]
        if not (tally.done or tally.unfinished):
            return
        try:
            self.store.put(f"runs/{uuid.uuid4().hex}.jsonl", "".join(lines))
        except StoreError as error:
            self._say(str(error))


def count(number, what):
    return f"{number} {what}{'' if number == 1 else 's'}"


def clock(seconds):
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
