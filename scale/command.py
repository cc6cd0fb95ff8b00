"""What the drivers have in common as programs: their flags, their lines, their ends."""

import argparse
import json
import os
import shlex
import signal
import sys
import time

from driver import Driver, read_plan
from metrics import serve_metrics
from shard import Spec
from store import StoreError, open_store

# How a run ends; whether there are rows of errors among the parts is told by batch verify.
FINISHED, UNFINISHED, USAGE, INTERRUPTED = 0, 1, 2, 130
ENDS = (signal.SIGINT, signal.SIGTERM)
# Who starts a run sees soon that it does something.
FIRST_LINE_SECONDS, LINE_SECONDS = 2.0, 10.0


def parser(description):
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--out", required=True, help="the folder, or s3://bucket/prefix, of the plan")
    made.add_argument(
        "--program",
        default=os.environ.get("BUN_ASR", "bun-asr"),
        help="bun-asr on each machine, as a command line (default: $BUN_ASR, else bun-asr)",
    )
    made.add_argument("--worker", help="a command line in place of the program's worker")
    made.add_argument("--worker-flag", action="append", default=[], help="of the worker, as it is")
    made.add_argument("--item-seconds", type=float, default=300.0)
    made.add_argument("--slice", default="0/1", help="I/N: every Nth shard from I on")
    made.add_argument("--metrics-port", type=int, help="figures for Prometheus on 127.0.0.1")
    made.add_argument("--quiet", action="store_true")
    return made


def numbers_of(text, shards):
    """The shards of a slice I/N: those whose number leaves I when divided by N."""
    index, _, count = text.partition("/")
    if not (index.isdigit() and count.isdigit() and int(index) < int(count)):
        raise StoreError(f"--slice {text}: expected I/N with I from 0 to N - 1")
    return range(int(index), shards, int(count))


def run(given, engine_of):
    """Runs a plan on the engine that `engine_of` makes of a spec, and returns the exit status."""
    interrupt_once()
    try:
        return run_plan(given, engine_of)
    except KeyboardInterrupt:
        return INTERRUPTED


def interrupt_once():
    """Has the first signal that asks for the end raise KeyboardInterrupt, and no other one: a
    terminal gives ^C to this process and to the one that started it, which passes it on."""

    def interrupt(*_):
        for name in ENDS:
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    for name in ENDS:
        signal.signal(name, interrupt)


def run_plan(given, engine_of):
    program = shlex.split(given.program)
    try:
        store = open_store(given.out, program)
        plan = read_plan(store)
        numbers = numbers_of(given.slice, plan.shards)
    except StoreError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    worker = [*program, "transcribe", "--worker", *plan.worker_flags, *given.worker_flag]
    spec = Spec(
        out=given.out if given.out.startswith("s3://") else os.path.abspath(given.out),
        folder=plan.folder,
        program=program,
        worker=shlex.split(given.worker) if given.worker else worker,
        weights=plan.weights,
        item_seconds=given.item_seconds,
    )
    show = Line(quiet=given.quiet)
    engine = engine_of(spec)
    driver = Driver(engine, store, plan, numbers, show)
    served = serve_metrics(given.metrics_port, driver) if given.metrics_port else None
    # Ray has set its own.
    interrupt_once()
    interrupted = False
    cpu = time.process_time()
    try:
        driver.run()
    except KeyboardInterrupt:
        interrupted = True
    cpu = time.process_time() - cpu
    if not given.quiet:
        print(f"batch: {driver.line()}", file=sys.stderr)
    if served:
        served.shutdown()
    engine.close(interrupted)
    driver.write_log()
    store.close()
    tally = driver.tally
    if os.environ.get("BATCH_TALLY"):
        figures = {**vars(tally), "log": len(tally.log), "was_done": driver.was_done, "cpu_s": cpu}
        with open(os.environ["BATCH_TALLY"], "w", encoding="utf-8") as file:
            json.dump(figures, file)
    if interrupted:
        print("batch: interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED
    if not tally.unfinished:
        return FINISHED
    some = ", ".join(f"{number:06d}" for number in tally.unfinished[:5])
    more = f" and {len(tally.unfinished) - 5} more" if len(tally.unfinished) > 5 else ""
    print(f"error: unfinished: shard {some}{more}; the same command goes on", file=sys.stderr)
    return UNFINISHED


class Line:
    """How far it is, after two seconds and then every ten."""

    def __init__(self, quiet):
        self._quiet = quiet
        self._next = time.monotonic() + FIRST_LINE_SECONDS

    def __call__(self, driver):
        if self._quiet or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LINE_SECONDS
        print(f"batch: {driver.line()}", file=sys.stderr, flush=True)
