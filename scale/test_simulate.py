"""The simulation: python3 -m unittest discover -s scale."""

import contextlib
import io
import unittest

from simulate import World, report, simulate

HARD = {"nodes": 20, "shards": 600, "loss_hours": 2.0, "unseen_share": 0.5, "poison": 3}


def played(**settings):
    world = World(**settings)
    with contextlib.redirect_stderr(io.StringIO()):
        return report(world, *simulate(world))


class SimulationTest(unittest.TestCase):
    def test_every_recording_has_one_row_whatever_is_lost(self):
        for seed in range(1, 6):
            found = played(**HARD, seed=seed, driver_kills=2)
            self.assertEqual(found["parts"], 600)
            self.assertEqual(found["rows"], 600 * 12)
            self.assertEqual([found["duplicates"], found["unfinished"]], [0, 0])
            # An item that takes its machine with it costs its own row alone.
            self.assertGreaterEqual(found["error_rows"], 3)
            self.assertGreater(found["nodes_lost"], 0)
            self.assertGreater(found["second_commits_refused"], 0)

    def test_it_goes_on_where_all_machines_are_lost_at_once(self):
        found = played(nodes=2, shards=20, poison=4)
        self.assertEqual([found["parts"], found["unfinished"], found["error_rows"]], [20, 0, 4])

    def test_the_window_is_kept(self):
        self.assertEqual(played(**HARD)["window"], 1.0)

    def test_a_seed_makes_a_run(self):
        self.assertEqual(played(**HARD, seed=7), played(**HARD, seed=7))
        self.assertNotEqual(played(**HARD, seed=7)["hours"], played(**HARD, seed=8)["hours"])

    def test_short_shards_share_tasks_and_lose_nothing(self):
        short = {**HARD, "shards": 20_000, "items": 1, "speed": 3000.0, "loss_hours": 0.02}
        found = played(**short, repair=10.0, notice=1.0)
        self.assertEqual([found["parts"], found["duplicates"], found["unfinished"]], [20_000, 0, 0])
        self.assertEqual(found["window"], 1.0)
        self.assertLess(found["tasks"], 3000)
        self.assertGreater(found["nodes_lost"], 20)
        self.assertGreater(found["second_commits_refused"], 0)

    def test_nothing_is_lost_where_nothing_fails(self):
        calm = {"slow_share": 0.0, "straggler_share": 0.0, "loss_hours": 0.0, "poison": 0}
        found = played(nodes=10, shards=1000, driver_kills=0, **calm)
        self.assertEqual([found["runs_again"], found["error_rows"]], [0, 0])
        self.assertLess(found["over_ideal"], 1.05)


if __name__ == "__main__":
    unittest.main()
