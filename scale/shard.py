"""Transcribes shards of a plan and commits their rows. It knows no engine: Ray, Slurm, Kubernetes
and a loop on one machine call the same `run_shards`.

Rows hold neither a clock nor a host: whoever runs a shard again gets the same part.
"""

import json
from collections import deque
from dataclasses import dataclass, field

from store import StoreError, open_store
from worker import WorkerError, drop_worker, now, warm_worker

# The process ends, or does not answer, this often with an item before it is given up.
STRIKES = 3


@dataclass(frozen=True)
class Spec:
    """What every shard of a run has in common, as plain data."""

    out: str
    # Where in it the shards of the plan lie.
    folder: str
    # The program, as a list, for its workers and for S3.
    program: list
    # The worker as a whole, where another one than the program's is used.
    worker: list
    weights: str = ""
    # Seconds without a sign of an item after which its process is taken for hung.
    item_seconds: float = 300.0


@dataclass
class Done:
    """What became of a shard; `rows` where items of it were asked for instead of a part."""

    items: int = 0
    errors: dict = field(default_factory=dict)
    seconds: float = 0.0
    # Items that were handed to a worker, and processes that ended with some.
    ran: int = 0
    restarts: int = 0
    # Seconds from its beginning to its end.
    took: float = 0.0
    # Whether another driver, or an earlier run, had committed it already.
    was_there: bool = False
    rows: list = field(default_factory=list)
    # Why it could not be done on this machine: a code and a message.
    failed: tuple = ()


def part_key(number):
    return f"parts/part-{number:06d}.jsonl"


def items_of(store, folder, number):
    """The items of a shard, in the order of the manifest."""
    key = f"{folder}/{number:06d}.jsonl"
    text = store.get(key)
    if text is None:
        raise StoreError(f"{store.out}/{key}: is missing; is the plan of this place?")
    # `splitlines` would break lines at the ends that Unicode has besides.
    return [json.loads(line) for line in text.split("\n") if line]


_stores = {}


def store_of(spec):
    """The store of this process."""
    if spec.out not in _stores:
        _stores[spec.out] = open_store(spec.out, spec.program)
    return _stores[spec.out]


def run_shards(spec, numbers, only=None):
    """Runs shards one after the other, each committed by itself, up to one that fails."""
    results = []
    for number in numbers:
        started = now()
        try:
            done = run_shard(spec, number, only)
        except Exception as error:  # A fault of the runner must not take along what is done.
            done = Done(failed=("internal", f"{type(error).__name__}: {error}"))
        done.took = now() - started
        results.append(done)
        if done.failed:
            break
    return results


def run_shard(spec, number, only=None):
    """Runs a shard and commits its part; or runs the items at the places `only` and returns their
    rows. What this machine cannot do is told in `failed`, so that another one may."""
    try:
        store = store_of(spec)
        if only is None and store.has(part_key(number)):
            return Done(was_there=True)
        items = items_of(store, spec.folder, number)
        chosen = items if only is None else [items[place] for place in only]
        done = transcribe(spec, chosen)
        if only is None:
            done.was_there = not commit(store, number, done.rows)
            done.rows = []
        return done
    except StoreError as error:
        # It may have ended; the next shard asks a new one.
        _stores.pop(spec.out, None)
        return Done(failed=("output", str(error)))
    except WorkerError as error:
        return Done(failed=(error.code, error.message))


def commit(store, number, rows):
    """Writes the part of a shard, unless there is one; says whether this is it."""
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    # Halves of surrogate pairs, which UTF-8 lacks, stay the escapes that they came as.
    utf8 = "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")
    text = utf8.decode("utf-8")
    return store.put(part_key(number), text)


def error_row(item, code, message, attempts):
    error = {"code": code, "message": message, "attempts": attempts}
    return with_meta(item, {"id": item["id"], "error": error})


def with_meta(item, row):
    return {**row, "meta": item["meta"]} if "meta" in item else row


def transcribe(spec, items):
    """Rows of all items, in their order: those that end their process, or hang, are tried alone,
    and become rows of errors at the third time."""
    done = Done(items=len(items))
    rows = {}
    strikes = {}
    fresh, suspects = deque(items), deque()
    while fresh or suspects:
        worker = warm_worker(spec.worker, spec.weights)
        window = worker.window if fresh else 1
        stopped = feed(worker, spec, fresh or suspects, window, rows, done)
        if stopped is None:
            continue
        in_flight, code, message = stopped
        drop_worker()
        done.restarts += 1
        for item in in_flight:
            count = strikes[item["id"]] = strikes.get(item["id"], 0) + 1
            if count < STRIKES:
                suspects.append(item)
            else:
                rows[item["id"]] = error_row(item, code, message, count)
    for item in items:
        row = rows[item["id"]]
        done.rows.append(row)
        if "error" in row:
            code = row["error"]["code"]
            done.errors[code] = done.errors.get(code, 0) + 1
        done.seconds += row.get("duration_s") or 0.0
    return done


def feed(worker, spec, source, window, rows, done):
    """Hands items over, `window` at a time, until none is left: then None; else those in flight
    when the process ended or hung, and why."""
    in_flight = {}
    # An item may wait for the others: a sign of one is a sign of all.
    heard = now()
    while source or in_flight:
        while source and len(in_flight) < window:
            item = source.popleft()
            in_flight[item["id"]] = item
            done.ran += 1
            worker.send({key: value for key, value in item.items() if key != "meta"})
        limit = min(patience(spec, item) for item in in_flight.values())
        message = worker.receive(heard + limit - now())
        if message is None:
            late = [name for name, item in in_flight.items() if patience(spec, item) <= limit]
            blamed = blame(late, in_flight, source)
            return blamed, "worker_timeout", f"no sign of it for {limit:g} s"
        heard = now()
        if "ended" in message:
            return list(in_flight.values()), "worker_crash", "its process ended"
        name = message.get("id")
        item = in_flight.get(name)
        if item is None:
            continue
        if "progress" in message:
            continue
        if message.get("fatal"):
            # The process cannot go on behind it.
            error = message["error"]
            return blame([name], in_flight, source), error["code"], error["message"]
        del in_flight[name]
        rows[name] = row_of(item, message)
    return None


def blame(names, in_flight, source):
    """The items of these names; the others are not to blame, but their process ends with them."""
    source.extend(item for name, item in in_flight.items() if name not in names)
    return [in_flight[name] for name in names]


def patience(spec, item):
    return max(spec.item_seconds, 2 * (item.get("duration_s") or 0.0))


def row_of(item, message):
    if "error" in message:
        error = message["error"]
        return error_row(item, error.get("code", "input"), error.get("message", ""), 1)
    return with_meta(item, message)
