"""Plays a large run in virtual time: python3 scale/simulate.py --nodes 1000 --shards 100000.

The driver, its window, its retries and the commit of parts are the real ones; machines, their
speeds and their losses are made up from a seed. The same seed gives the same run.
"""

import argparse
import heapq
import json
import random
import re
import resource
import sys
import time
from dataclasses import dataclass, field

from driver import Driver, Lost, Plan
from shard import Done, commit, part_key

ITEM_SECONDS = 300.0


@dataclass(frozen=True)
class World:
    """What machines are like; times in seconds."""

    nodes: int = 1000
    shards: int = 100_000
    # Items of a shard, recordings of five minutes.
    items: int = 12
    seed: int = 1
    # Audio over processing time of a machine that is not slow.
    speed: float = 50.0
    slow_share: float = 0.05
    slow_factor: float = 0.25
    # Runs of a shard that take five times as long, wherever that comes from.
    straggler_share: float = 0.005
    straggler_factor: float = 5.0
    # Mean time between losses of a machine, until it is noticed, until it is back.
    loss_hours: float = 100.0
    notice: float = 30.0
    repair: float = 600.0
    # Losses at which the machine goes on unseen, and commits what it had.
    unseen_share: float = 0.1
    # Shards with an item that takes its machine with it each time.
    poison: int = 5
    driver_kills: int = 1


class MemoryStore:
    """Parts in memory: who comes first stays, as with a link or If-None-Match."""

    def __init__(self, items):
        self.out, self._items = "memory", items
        self.rows = {}
        self.refused = 0
        self.errors = 0

    def get(self, key):
        number = int(re.search(r"(\d+)\.jsonl", key)[1])
        return "".join(f'{{"id":"{number}-{place}"}}\n' for place in range(self._items))

    def has(self, key):
        return key in self.rows

    def names(self, folder):
        return [key.removeprefix(f"{folder}/") for key in self.rows if key.startswith(folder)]

    def put(self, key, text):
        if key in self.rows:
            self.refused += 1
            return False
        ids = re.findall(r'"id":"([^"]+)"', text)
        self.rows[key] = len(set(ids))
        self.errors += text.count('"error"')
        return True


@dataclass(eq=False)
class Node:
    speed: float
    is_up: bool = True
    # Counts up when it is lost: what it was to do then is not heard of.
    life: int = 0
    task: object = None


@dataclass(eq=False)
class Task:
    """Shards, or items of one, on their way."""

    shards: list
    only: list
    # The driver that waits for it.
    driver: int
    # Whether its machine died with it.
    is_gone: bool = False
    results: list = field(default_factory=list)
    loss: Exception = None


@dataclass
class Figures:
    tasks: int = 0
    runs: int = 0
    losses: int = 0
    unseen: int = 0
    # The most tasks in flight over twice the slots at that moment.
    window: float = 0.0


class Cluster:
    """An engine as the driver knows them, whose clock is that of its events."""

    def __init__(self, world, store):
        self.world, self.store = world, store
        self.random = random.Random(world.seed)
        slow = round(world.nodes * world.slow_share)
        speeds = [world.speed * world.slow_factor] * slow
        speeds += [world.speed] * (world.nodes - slow)
        self.random.shuffle(speeds)
        self.nodes = [Node(speed) for speed in speeds]
        self.poisoned = set(self.random.sample(range(world.shards), world.poison))
        self.now = 0.0
        self.driver = 0
        self.figures = Figures()
        self._events, self._count = [], 0
        self._idle, self._waiting, self._up = list(self.nodes), [], world.nodes
        self._first_waiting, self._ready, self._in_flight = 0, [], 0
        for node in self.nodes:
            self._plan_loss(node)

    # What the driver calls.

    def slots(self):
        return self._up

    def submit(self, numbers, only):
        task = Task(numbers, only, self.driver)
        self.figures.tasks += 1
        self._waiting.append(task)
        self._in_flight += 1
        self.figures.window = max(self.figures.window, self._in_flight / (2 * self._up))
        self._assign()
        return task

    def wait(self, handles, seconds):
        # A driver that has nothing in flight, as all machines are lost, looks again after a while.
        end = float("inf") if handles else self.now + seconds
        while not self._ready and self._events and self._events[0][0] <= end:
            self._step()
        if not handles:
            self.now = end
        return [self._ready.pop()] if self._ready else []

    def result(self, handle):
        if handle.loss is not None:
            raise handle.loss
        return handle.results

    def kill_driver(self):
        """What is with machines goes on; what waits for one is forgotten with the driver."""
        self.driver += 1
        self._waiting, self._first_waiting = [], 0
        self._ready, self._in_flight = [], 0

    # What happens to machines.

    def _after(self, seconds, what, *given):
        self._count += 1
        heapq.heappush(self._events, (self.now + seconds, self._count, what, given))

    def _step(self):
        self.now, _, what, given = heapq.heappop(self._events)
        what(*given)

    def _plan_loss(self, node):
        if self.world.loss_hours > 0:
            seconds = self.random.expovariate(1 / (3600 * self.world.loss_hours))
            self._after(seconds, self._lose, node, node.life, self.world.notice)

    def _assign(self):
        while self._idle and self._first_waiting < len(self._waiting):
            node = self._idle.pop()
            if node.is_up and node.task is None:
                self._begin(node, self._waiting[self._first_waiting])
                self._first_waiting += 1
        if self._first_waiting > 10_000:
            del self._waiting[: self._first_waiting]
            self._first_waiting = 0

    def _begin(self, node, task):
        node.task = task
        self._begin_shard(node, node.life, task)

    def _begin_shard(self, node, life, task):
        """Begins the next shard of a task."""
        shard = task.shards[len(task.results)]
        if task.only is None and self.store.has(part_key(shard)):
            self._after(0.0, self._end, node, life, task, Done(was_there=True))
            return
        self.figures.runs += 1
        items = self.world.items if task.only is None else len(task.only)
        factor = self.random.lognormvariate(0, 0.1)
        if self.random.random() < self.world.straggler_share:
            factor *= self.world.straggler_factor
        seconds = factor * items * ITEM_SECONDS / node.speed
        # The first item of a shard is the one.
        if shard in self.poisoned and (task.only is None or 0 in task.only):
            self._after(seconds / 2, self._lose, node, life, 1.0)
        else:
            self._after(seconds, self._end, node, life, task, Done(took=seconds))

    def _end(self, node, life, task, done):
        """A shard is at its end: its part is committed, also where nobody hears of it any more."""
        if task.is_gone:
            return
        if not done.was_there:
            self._finish(task, done)
        task.results.append(done)
        if len(task.results) < len(task.shards):
            self._begin_shard(node, life, task)
        elif node.life == life:
            node.task = None
            self._idle.append(node)
            self._tell(task)
            self._assign()

    def _finish(self, task, done):
        shard = task.shards[len(task.results)]
        places = range(self.world.items) if task.only is None else task.only
        row = {"text": "", "duration_s": ITEM_SECONDS}
        rows = [{"id": f"{shard}-{place}", **row} for place in places]
        done.items = done.ran = len(rows)
        done.seconds = ITEM_SECONDS * len(rows)
        if task.only is None:
            done.was_there = not commit(self.store, shard, rows)
        else:
            done.rows = rows

    def _lose(self, node, life, notice):
        if node.life != life or not node.is_up:
            return
        self.figures.losses += 1
        is_unseen = notice > 1 and self.random.random() < self.world.unseen_share
        self.figures.unseen += is_unseen
        node.life += 1
        node.is_up = False
        self._up -= 1
        task, node.task = node.task, None
        if task is not None:
            self._after(notice, self._tell, task, Lost("node"))
            task.is_gone = not is_unseen
        self._after(self.world.repair, self._return, node)

    def _return(self, node):
        node.is_up = True
        self._up += 1
        self._idle.append(node)
        self._plan_loss(node)
        self._assign()

    def _tell(self, task, loss=None):
        if task.driver != self.driver:
            return
        task.loss = loss
        self._in_flight -= 1
        self._ready.append(task)


def simulate(world):
    """Runs a world to its end; returns the cluster, and drivers in the order in which they were."""
    store = MemoryStore(world.items)
    cluster = Cluster(world, store)
    plan = Plan(
        folder="plan",
        shards=world.shards,
        items=[world.items] * world.shards,
        seconds=[world.items * ITEM_SECONDS] * world.shards,
        weights="",
        worker_flags=[],
    )
    drivers = []
    for kill in range(world.driver_kills + 1):
        end = (kill + 1) / (world.driver_kills + 1) * world.shards
        driver = Driver(cluster, store, plan, range(world.shards), Killer(store, end, world))
        drivers.append(driver)
        try:
            driver.run()
        except Killed:
            cluster.kill_driver()
    return cluster, drivers


class Killed(Exception):
    """The driver's process is gone."""


class Killer:
    """Ends a driver when so many parts are there, unless all are."""

    def __init__(self, store, end, world):
        self._store, self._end, self._all = store, end, world.shards

    def __call__(self, driver):
        if self._end < self._all and len(self._store.rows) >= self._end:
            raise Killed


def report(world, cluster, drivers):
    """The figures of a run; nothing in them depends on the machine that plays it."""
    store, figures = cluster.store, cluster.figures
    audio = world.shards * world.items * ITEM_SECONDS
    work = audio / sum(node.speed for node in cluster.nodes)
    return {
        "nodes": world.nodes,
        "shards": world.shards,
        "seed": world.seed,
        "parts": len(store.rows),
        "rows": sum(store.rows.values()),
        "error_rows": store.errors,
        "duplicates": sum(store.rows.values()) - len(store.rows) * world.items,
        "unfinished": len(drivers[-1].tally.unfinished),
        "hours": round(cluster.now / 3600, 3),
        "ideal_hours": round(work / 3600, 3),
        "over_ideal": round(cluster.now / work, 3),
        "nodes_lost": figures.losses,
        "went_on_unseen": figures.unseen,
        "drivers_killed": world.driver_kills,
        "tasks": figures.tasks,
        "runs_again": figures.runs - world.shards,
        "second_commits_refused": store.refused,
        "window": round(figures.window, 3),
    }


def main():
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in vars(World()).items():
        flag = f"--{name.replace('_', '-')}"
        flags.add_argument(flag, type=type(default), default=default, help=f"default {default}")
    world = World(**vars(flags.parse_args()))
    started = time.process_time()
    print(json.dumps(report(world, *simulate(world)), indent=2))
    seconds = time.process_time() - started
    # Of the driver and of the play together.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    each = 1000 * seconds / world.shards
    print(f"{each:.2f} ms a shard on this processor, {peak:.0f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
