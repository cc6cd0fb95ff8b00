"""A Ray cluster on loopback, one node a slot, on which a driver works while nodes come and die.

Writes what was seen to --result as JSON. What makes all of it listen on 127.0.0.1: Ray takes the
address that it is given only where it believes not to be among others.
"""

import argparse
import json
import os
import runpy
import signal
import sys
import threading
import time

os.environ.update(
    {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_enable_metrics_collection": "0",
        # Else workers yield to all others by 15 more than the same work without Ray does.
        "RAY_worker_niceness": "0",
    }
)
import ray  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVER = os.path.join(HERE, "..", "..", "scale", "ray_batch.py")
MEMORY = 80 * 2**20


def children(pid):
    """A process and all that come of it, itself first."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children", encoding="ascii") as file:
                    found += [int(child) for child in file.read().split()]
        except OSError:
            continue
    return found


def words(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def processor_seconds(pid):
    """What a process took of the processors until now."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def settle(most_seconds=30):
    """Until the nodes have started all that they start: a cluster stands before its work comes."""
    before = None
    for _ in range(most_seconds):
        taken = sum(processor_seconds(pid) for pid in children(os.getpid()))
        if before is not None and taken - before < 0.2:
            return
        before = taken
        time.sleep(1)


def megabytes(pid, name="Pss"):
    """What a process takes: its own memory and its share of what several have."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            rows = (line.split() for line in file)
            return next(int(row[1]) / 1024 for row in rows if row[0] == f"{name}:")
    except (OSError, StopIteration):
        return 0.0


def sockets(pid):
    try:
        links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return set()
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def listeners(pids):
    """Where these processes listen, as /proc has it: 0100007F is 127.0.0.1."""
    own = set().union(*(sockets(pid) for pid in pids))
    found = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}", encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
        found |= {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in own}
    return sorted(found)


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Watch:
    """Counts the items that workers were given, and does at some counts what was asked for."""

    def __init__(self, given, cluster, nodes):
        self.given, self.cluster, self.nodes = given, cluster, nodes
        self.megabytes, self.driver_megabytes, self.processes = 0.0, 0.0, 0
        self.listeners, self.suspects, self.killed_at = set(), [], None
        self.added_at, self.cpu_s = None, 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _items(self):
        try:
            with open(self.given.log, "rb") as file:
                return file.read().count(b"\n")
        except OSError:
            return 0

    def _run(self):
        looked = 0.0
        while True:
            items = self._items()
            if self.given.kill_all_at is not None and items >= self.given.kill_all_at:
                kill([pid for pid in children(os.getpid()) if pid != os.getpid()] + [os.getpid()])
            if self.given.kill_node_at is not None and not self.killed_at:
                if items >= self.given.kill_node_at:
                    self.killed_at = items
                    self._kill_node()
            if self.given.add_node_at is not None and not self.added_at:
                if items >= self.given.add_node_at:
                    self.added_at = items
                    self.nodes.append(add_node_from_thread(self.cluster))
            if time.monotonic() - looked > self.given.look_every:
                self._look()
                looked = time.monotonic()
            self.cpu_s = time.thread_time()
            time.sleep(0.2)

    def _kill_node(self):
        """Another node than the driver's, with all its processes."""
        own = ray.get_runtime_context().get_node_id()
        node = next(node for node in self.nodes if node.node_id != own)
        raylet = node.all_processes["raylet"][0].process.pid
        kill(reversed(children(raylet)))

    def _look(self):
        pids = children(os.getpid())
        # The stand-ins for bun-asr are no part of what Ray takes.
        own = [pid for pid in pids if "dummy_worker" not in words(pid) and "bun" not in words(pid)]
        self.megabytes = max(self.megabytes, sum(megabytes(pid) for pid in own))
        self.driver_megabytes = max(self.driver_megabytes, megabytes(os.getpid(), "Rss"))
        self.processes = max(self.processes, len(own))
        self.listeners |= set(listeners(pids))
        self.suspects += [words(pid) for pid in pids if "usage" in words(pid)]


def add_node(cluster):
    return cluster.add_node(
        num_cpus=1,
        resources={"asr": 1},
        object_store_memory=MEMORY,
        node_ip_address="127.0.0.1",
    )


def add_node_from_thread(cluster):
    """Ray sets a handler of a signal for a node, which Python lets the main thread do alone."""
    real, signal.signal = signal.signal, lambda *_: None
    try:
        return add_node(cluster)
    finally:
        signal.signal = real


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--result", required=True)
    flags.add_argument("--log", default="")
    flags.add_argument("--nodes", type=int, default=3)
    flags.add_argument("--kill-node-at", type=int)
    flags.add_argument("--kill-all-at", type=int)
    flags.add_argument("--add-node-at", type=int)
    flags.add_argument("--look-every", type=float, default=3, help="seconds; looking takes time")
    flags.add_argument("--driver", action="append", default=[], help="of the driver, as it is")
    given = flags.parse_args()
    began = time.monotonic()
    # A machine that is busy with other work is not dead.
    health = {"health_check_initial_delay_ms": 5000, "health_check_period_ms": 2000}
    health |= {"health_check_timeout_ms": 5000, "health_check_failure_threshold": 5}
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 0,
            "include_dashboard": False,
            "object_store_memory": MEMORY,
            "node_ip_address": "127.0.0.1",
            "_system_config": health,
        },
    )
    nodes = [add_node(cluster) for _ in range(given.nodes)]
    settle()
    started = time.monotonic()
    watch = Watch(given, cluster, nodes)
    tally = f"{given.result}.tally"
    os.environ["BATCH_TALLY"] = tally
    sys.argv = [DRIVER, "--address", cluster.address, *given.driver]
    sys.path.insert(0, os.path.dirname(DRIVER))
    status = 0
    try:
        runpy.run_path(DRIVER, run_name="__main__")
    except SystemExit as ended:
        status = ended.code or 0
    ended = time.monotonic()
    watch._look()
    cluster.shutdown()
    figures = {"status": status, "start_s": started - began, "seconds": ended - started}
    figures |= {"watch_cpu_s": watch.cpu_s, "megabytes": watch.megabytes, "processes": watch.processes}
    figures |= {"driver_megabytes": watch.driver_megabytes, "listeners": sorted(watch.listeners)}
    figures |= {"suspects": watch.suspects, "killed_at": watch.killed_at}
    figures |= {"added_at": watch.added_at}
    if os.path.exists(tally):
        with open(tally, encoding="utf-8") as file:
            figures["tally"] = json.load(file)
    with open(given.result, "w", encoding="utf-8") as file:
        json.dump(figures, file)


if __name__ == "__main__":
    main()
