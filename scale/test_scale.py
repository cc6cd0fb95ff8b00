"""Tests of the runner and the driver: python3 -m unittest discover -s scale. They need the standard
library alone; the worker is tools/verify-scale/dummy_worker.py."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections import deque

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from driver import LOSSES, Driver, Lost, read_plan  # noqa: E402
from metrics import figures  # noqa: E402
from pace import MAX_SHARDS, PARTS, TASK_SECONDS, Pace  # noqa: E402
from shard import Done, Spec, commit, part_key, run_shard, run_shards  # noqa: E402
from store import FolderStore, StoreError  # noqa: E402
from worker import leave_workers  # noqa: E402

DUMMY = os.path.join(HERE, "..", "tools", "verify-scale", "dummy_worker.py")


def plan_of(out, shards, weights=""):
    """A plan of shards, each a list of kinds of items."""
    store = FolderStore(out)
    number = 0
    for shard, kinds in enumerate(shards):
        rows = []
        for kind in kinds:
            rows.append({"id": f"{number:04d}", "audio": kind, "duration_s": 0.3})
            number += 1
        store.put(f"plan/x/{shard:06d}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    sizes = [len(kinds) for kinds in shards]
    plan = {"folder": "plan/x", "model": "demo", "options": []}
    plan |= {"shards": len(shards), "shard_items": sizes}
    plan |= {"shard_seconds": [0.3 * size for size in sizes], "weights": weights}
    store.put("plan.json", json.dumps(plan))
    return store


def rows_of(store, shard):
    return [json.loads(line) for line in store.get(part_key(shard)).splitlines()]


class Case(unittest.TestCase):
    def setUp(self):
        self.out = tempfile.mkdtemp(prefix="scale-test-")
        self.addCleanup(shutil.rmtree, self.out)
        self.addCleanup(os.environ.update, dict(os.environ))

    def spec(self, item_seconds=30.0, weights="", window=1):
        # The worker of a thread is kept: each test has one of its own.
        worker = ["env", f"DUMMY_WINDOW={window}", f"CASE={self.out}", sys.executable, DUMMY]
        return Spec(self.out, "plan/x", ["bun-asr"], worker, weights, item_seconds)

    def in_thread(self, *arguments, run=run_shard):
        """Runs a shard with a worker of its own."""
        found = []
        thread = threading.Thread(target=lambda: found.append(run(*arguments)))
        thread.start()
        thread.join()
        leave_workers()
        return found[0]


class Shards(Case):
    def test_rows_in_the_order_of_the_plan(self):
        store = plan_of(self.out, [["a", "b", "c"]])
        done = self.in_thread(self.spec(window=3), 0)
        self.assertEqual((done.items, done.errors, done.ran, done.restarts), (3, {}, 3, 0))
        self.assertEqual([row["id"] for row in rows_of(store, 0)], ["0000", "0001", "0002"])
        self.assertEqual(rows_of(store, 0)[1]["text"], "text of 0001")

    def test_ids_of_any_character_have_their_rows(self):
        store = plan_of(self.out, [["a", "b", "c"]])
        ids = ["line \u2028 \x85 end", "half \ud800", "\U0001f600 \"\\"]
        # As Bun writes them: escapes are halves of pairs alone.
        lines = [
            f'{{"id":"{ids[0]}","audio":"a"}}',
            '{"id":"half \\ud800","audio":"b","meta":"\\udfff"}',
            json.dumps({"id": ids[2], "audio": "c"}, ensure_ascii=False),
        ]
        with open(os.path.join(self.out, "plan/x/000000.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        done = self.in_thread(self.spec(item_seconds=5.0, window=3), 0)
        self.assertEqual((done.failed, done.errors, done.ran), ((), {}, 3))
        rows = [json.loads(line) for line in store.get(part_key(0)).split("\n") if line]
        self.assertEqual([row["id"] for row in rows], ids)
        self.assertEqual(rows[1]["meta"], "\udfff")

    def test_poison_costs_its_row_alone(self):
        for window in (1, 4):
            with self.subTest(window=window):
                shutil.rmtree(self.out)
                os.mkdir(self.out)
                store = plan_of(self.out, [["a", "crash", "b", "hang", "c", "bad", "d"]])
                done = self.in_thread(self.spec(item_seconds=1.0, window=window), 0)
                errors = {
                    row["id"]: (row["error"]["code"], row["error"]["attempts"])
                    for row in rows_of(store, 0)
                    if "error" in row
                }
                wanted = {
                    "0001": ("worker_crash", 3),
                    "0003": ("worker_timeout", 3),
                    "0005": ("input", 1),
                }
                self.assertEqual(errors, wanted)
                self.assertEqual(len(rows_of(store, 0)), 7)
                counted = {"worker_crash": 1, "worker_timeout": 1, "input": 1}
                self.assertEqual(done.errors, counted)

    def test_items_that_wait_for_others_are_not_taken_for_hung(self):
        plan_of(self.out, [["a"] * 5])
        # It takes 0.5 s for each, one after the other.
        script = (
            "import json, sys, time\n"
            "print(json.dumps({'ready': 1, 'window': 5}), flush=True)\n"
            "for line in sys.stdin:\n"
            "    time.sleep(0.5)\n"
            "    print(json.dumps({'id': json.loads(line)['id'], 'text': ''}), flush=True)"
        )
        worker = [sys.executable, "-c", script]
        done = self.in_thread(Spec(self.out, "plan/x", [], worker, item_seconds=1.5), 0)
        self.assertEqual((done.errors, done.restarts, done.ran), ({}, 0, 5))

    def test_a_part_that_is_there_is_not_run_again(self):
        store = plan_of(self.out, [["a"]])
        self.assertTrue(store.put(part_key(0), "{}\n"))
        done = self.in_thread(self.spec(), 0)
        self.assertEqual((done.was_there, done.ran), (True, 0))
        self.assertEqual(store.get(part_key(0)), "{}\n")

    def test_other_weights_are_refused(self):
        plan_of(self.out, [["a"]])
        os.environ["DUMMY_WEIGHTS"] = "b" * 64
        done = self.in_thread(self.spec(weights="a" * 64), 0)
        del os.environ["DUMMY_WEIGHTS"]
        self.assertEqual(done.failed[0], "weights")
        self.assertIn("its model, or aligner, is another one", done.failed[1])

    def test_shards_of_a_task_are_committed_one_by_one_up_to_a_fault(self):
        store = plan_of(self.out, [["a"], ["b"], ["c"]])
        # A shard whose lines are none of JSON is a fault of the plan, not of the one before.
        with open(os.path.join(self.out, "plan/x/000001.jsonl"), "w", encoding="utf-8") as file:
            file.write("{\n")
        results = self.in_thread(self.spec(), [0, 1, 2], run=run_shards)
        self.assertEqual([done.failed[:1] for done in results], [(), ("internal",)])
        self.assertGreater(results[0].took, 0)
        self.assertEqual(store.names("parts"), ["part-000000.jsonl"])

    def test_a_worker_that_does_not_start(self):
        plan_of(self.out, [["a"]])
        sick = ["sh", "-c", "echo no >&2; exit 3"]
        for worker, code in ([["/no/such"], "no_program"], [sick, "no_worker"]):
            done = self.in_thread(Spec(self.out, "plan/x", [], worker), 0)
            self.assertEqual(done.failed[0], code)
        self.assertEqual(done.failed[1], "the worker did not start: status 3: no")


class Commits(Case):
    def test_of_many_at_once_one_wins(self):
        script = (
            "import sys; sys.path.insert(0, sys.argv[1]); from store import FolderStore\n"
            "for n in range(50): print(FolderStore(sys.argv[2]).put(f'parts/{n}', sys.argv[3]))"
        )
        command = [sys.executable, "-c", script, HERE, self.out]
        racers = [
            subprocess.Popen([*command, str(n) * 5000], stdout=subprocess.PIPE, text=True)
            for n in range(4)
        ]
        answers = [racer.communicate()[0].split() for racer in racers]
        for number in range(50):
            winners = [n for n in range(4) if answers[n][number] == "True"]
            self.assertEqual(len(winners), 1)
            text = FolderStore(self.out).get(f"parts/{number}")
            self.assertEqual(text, str(winners[0]) * 5000)
        self.assertEqual(os.listdir(os.path.join(self.out, "_tmp")), [])

    def test_what_cannot_be_written_leaves_nothing(self):
        drafts = os.path.join(self.out, "_tmp")
        script = (
            "import resource, sys; sys.path.insert(0, sys.argv[1])\n"
            "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
            "from store import FolderStore, StoreError\n"
            "try: FolderStore(sys.argv[2]).put('parts/x', 'x' * 9999)\n"
            "except StoreError as error: print(error)"
        )
        said = subprocess.run(
            [sys.executable, "-c", script, HERE, self.out], stdout=subprocess.PIPE, text=True
        ).stdout
        self.assertIn("parts/x: cannot be written: File too large", said)
        self.assertEqual(os.listdir(drafts), [])
        self.assertFalse(os.path.exists(os.path.join(self.out, "parts/x")))


class FakeEngine:
    """Runs jobs at once, and loses or fails those that it is told to."""

    def __init__(self, run):
        self._run, self._ended = run, deque()
        self.begun = []

    def slots(self):
        return 2

    def submit(self, shards, only):
        handle = object()
        self.begun.append((shards, only))
        self._ended.append((handle, shards, only))
        return handle

    def wait(self, handles, seconds):
        if not self._ended:
            return []
        handle, self._shards, self._only = self._ended.popleft()
        return [handle]

    def result(self, handle):
        results = []
        for shard in self._shards:
            results.append(self._run(shard, self._only))
            if results[-1].failed:
                break
        return results


class Drivers(Case):
    def driver(self, run, numbers=None):
        store = FolderStore(self.out)
        plan = read_plan(store)
        return Driver(FakeEngine(run), store, plan, numbers or range(plan.shards))

    def test_what_takes_machines_with_it_costs_one_row(self):
        store = plan_of(self.out, [["a", "node", "b"], ["c"]])
        spec = self.spec()

        def run(shard, only):
            if shard == 0 and (only is None or only == [1]):
                raise Lost("WorkerCrashedError")
            return self.in_thread(spec, shard, only)

        driver = self.driver(run)
        tally = driver.run()
        self.assertEqual((tally.unfinished, tally.split, tally.losses), ([], 1, 2 * LOSSES))
        rows = rows_of(store, 0)
        self.assertEqual([row["id"] for row in rows], ["0000", "0001", "0002"])
        self.assertEqual(rows[1]["error"]["code"], "lost")
        self.assertEqual(rows[1]["error"]["attempts"], LOSSES)
        self.assertEqual((tally.items, tally.errors), (4, {"lost": 1}))
        self.assertLessEqual(tally.most_in_flight, 4)
        self.assertIn('bun_asr_batch_items_failed_total{code="lost"} 1', figures(driver))
        self.assertIn("bun_asr_batch_shards_done_total 2", figures(driver))

    def test_a_machine_that_cannot_is_tried_again_and_told(self):
        plan_of(self.out, [["a"], ["b"]])
        spec = self.spec()
        broken = Spec("/proc/none", "plan/x", ["x"], ["y"])
        failures = []

        def run(shard, only):
            if shard == 0 and len(failures) < 2:
                failures.append(shard)
                return run_shard(broken, shard, only)
            return self.in_thread(spec, shard, only)

        tally = self.driver(run).run()
        self.assertEqual((tally.unfinished, tally.done, tally.failures), ([], 2, 2))

        def never(shard, only):
            return run_shard(broken, shard, only)

        os.unlink(os.path.join(self.out, part_key(1)))
        tally = self.driver(never).run()
        self.assertEqual((tally.unfinished, tally.done), ([1], 0))

    def test_a_fault_of_the_runner_ends_nothing_else(self):
        plan_of(self.out, [["a"], ["b"]])
        spec = self.spec()

        def run(shard, only):
            if shard == 0:
                raise KeyError("fault")
            return self.in_thread(spec, shard, only)

        tally = self.driver(run).run()
        self.assertEqual((tally.unfinished, tally.done), ([0], 1))

    def test_it_stops_where_every_shard_fails(self):
        plan_of(self.out, [["a"]] * 40)
        broken = Spec("/proc/none", "plan/x", [], [])
        driver = self.driver(lambda shard, only: run_shard(broken, shard, only))
        tally = driver.run()
        self.assertEqual(tally.unfinished, list(range(40)))
        self.assertLess(tally.failures, 20)

    def test_shards_with_a_part_are_left(self):
        store = plan_of(self.out, [["a"]] * 5)
        commit(store, 3, [])
        driver = self.driver(lambda shard, only: self.in_thread(self.spec(), shard, only), [1, 3])
        driver.run()
        self.assertEqual(sorted(store.names("parts")), ["part-000001.jsonl", "part-000003.jsonl"])
        self.assertEqual((driver.was_done, driver.tally.done), (1, 1))

    def quick(self, store, fault=lambda shard: None):
        """What runs a shard in a millisecond."""

        def run(shard, only):
            if store.has(part_key(shard)):
                return Done(was_there=True)
            found = fault(shard)
            if found is not None:
                return found
            rows = [] if only is None else [{"id": f"{shard}-{place}"} for place in only]
            if only is None:
                commit(store, shard, [{"id": f"{shard}"}])
            return Done(items=1, seconds=0.3, ran=1, took=0.001, rows=rows)

        return run

    def test_short_shards_share_tasks_while_there_are_many(self):
        store = plan_of(self.out, [["a"]] * 200)
        driver = self.driver(self.quick(store))
        tally = driver.run()
        self.assertEqual((tally.unfinished, tally.done, tally.items), ([], 200, 200))
        self.assertLessEqual(tally.most_in_flight, 4)
        sizes = [len(shards) for shards, _ in driver.engine.begun]
        begun = [shard for shards, _ in driver.engine.begun for shard in shards]
        self.assertEqual(begun, list(range(200)))
        self.assertLess(len(sizes), 60)
        # All slots have the last ones to do.
        self.assertEqual(sizes[-2 * PARTS :], [1] * 2 * PARTS)

    def test_a_task_that_is_lost_leaves_what_it_has_committed(self):
        store = plan_of(self.out, [["a"]] * 200)

        def fault(shard):
            if shard == 30:
                raise Lost("WorkerCrashedError")

        driver = self.driver(self.quick(store, fault))
        tally = driver.run()
        with_it = next(shards for shards, _ in driver.engine.begun if 30 in shards)
        self.assertGreater(len(with_it), 2)
        self.assertEqual((tally.unfinished, tally.done, tally.split), ([], 200, 1))
        # Together, alone twice, and its item alone three times.
        self.assertEqual((tally.losses, tally.errors), (2 * LOSSES, {"lost": 1}))
        tried = [shards for shards, _ in driver.engine.begun if set(shards) & set(with_it)]
        self.assertEqual(tried[0], with_it)
        self.assertTrue(all(len(shards) == 1 for shards in tried[1:]))
        self.assertEqual(len(store.names("parts")), 200)
        self.assertIn("lost", rows_of(store, 30)[0]["error"]["code"])

    def test_what_was_not_begun_behind_one_that_failed_is_not_to_blame(self):
        store = plan_of(self.out, [["a"]] * 200)
        failing = Done(failed=("output", "disk is full"))
        driver = self.driver(self.quick(store, lambda shard: failing if shard == 30 else None))
        tally = driver.run()
        self.assertEqual((tally.unfinished, tally.done, tally.failures), ([30], 199, LOSSES))

    def test_without_a_plan(self):
        with self.assertRaisesRegex(StoreError, "has no plan.json"):
            read_plan(FolderStore(self.out))


class Paces(unittest.TestCase):
    def pace(self, took, ran=1):
        pace = Pace()
        pace.note(Done(ran=ran, took=took))
        return pace

    def test_one_until_something_is_known(self):
        self.assertEqual(Pace().shards_of_task(100_000, 3), 1)
        self.assertEqual(self.pace(0.0, ran=0).shards_of_task(100_000, 3), 1)
        self.assertEqual(self.pace(0.001).shards_of_task(100_000, 0), 1)

    def test_some_seconds_of_work(self):
        self.assertEqual(self.pace(72.0).shards_of_task(100_000, 3), 1)
        self.assertEqual(self.pace(TASK_SECONDS / 10).shards_of_task(100_000, 3), 10)
        self.assertEqual(self.pace(0.0).shards_of_task(100_000, 3), MAX_SHARDS)

    def test_a_part_of_what_is_left(self):
        pace = self.pace(0.001)
        self.assertEqual(pace.shards_of_task(10 * PARTS * 3, 3), 10)
        self.assertEqual(pace.shards_of_task(PARTS * 3 - 1, 3), 1)


class Programs(Case):
    def local(self, *flags, **environment):
        command = [sys.executable, os.path.join(HERE, "local_batch.py"), "--out", self.out]
        worker = ["--worker", f"{sys.executable} {DUMMY}"]
        env = {**os.environ, **environment}
        return subprocess.run(
            [*command, *worker, *flags], env=env, stderr=subprocess.PIPE, text=True, timeout=60
        )

    def test_slices_are_the_tasks_of_an_array(self):
        store = plan_of(self.out, [["a"], ["b"], ["c"]])
        self.assertEqual(self.local("--slice", "1/2").returncode, 0)
        self.assertEqual(store.names("parts"), ["part-000001.jsonl"])
        self.assertEqual(self.local("--slice", "0/2", "--workers", "2").returncode, 0)
        self.assertEqual(len(store.names("parts")), 3)
        self.assertEqual(len(store.names("runs")), 2)

    def test_an_interrupt_that_comes_twice_is_one(self):
        plan_of(self.out, [["hang"]])
        command = [sys.executable, os.path.join(HERE, "local_batch.py"), "--out", self.out]
        log = os.path.join(self.out, "log")
        driver = subprocess.Popen(
            [*command, "--worker", f"{sys.executable} {DUMMY}"],
            env={**os.environ, "DUMMY_LOG": log},
            stderr=subprocess.PIPE,
            text=True,
        )
        while not os.path.exists(log):
            time.sleep(0.02)
        for name in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
            driver.send_signal(name)
            time.sleep(0.002)
        _, said = driver.communicate(timeout=30)
        self.assertEqual(driver.returncode, 130)
        self.assertIn("interrupted; the same command goes on", said)
        self.assertNotIn("Traceback", said)

    def test_clocks_are_of_no_account(self):
        store = plan_of(self.out, [["a"], ["b"]])
        for root, _, names in os.walk(self.out):
            for number, name in enumerate(names):
                os.utime(os.path.join(root, name), (0, 0) if number % 2 else (4e9, 4e9))
        self.assertEqual(self.local("--slice", "0/1").returncode, 0)
        part = store.get(part_key(0))
        os.utime(os.path.join(self.out, part_key(0)), (4e9, 4e9))
        self.assertEqual(self.local().returncode, 0)
        self.assertEqual(store.get(part_key(0)), part)

    def test_one_line_for_what_is_wrong(self):
        ended = self.local()
        self.assertEqual(ended.returncode, 2)
        self.assertIn("error: ", ended.stderr)
        self.assertIn("has no plan.json; make one with bun-asr batch plan", ended.stderr)
        plan_of(self.out, [["a"]])
        self.assertIn("expected I/N", self.local("--slice", "2/2").stderr)


if __name__ == "__main__":
    unittest.main()
