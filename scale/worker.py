"""A process that transcribes, spoken to by lines of JSON: `bun-asr transcribe --worker`."""

import json
import os
import queue
import signal
import subprocess
import threading
import time


class WorkerError(Exception):
    """No worker can be had on this machine: its program or its model is missing, or is another."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self):
        return (WorkerError, (self.code, self.message))


# A model that is fetched at its first use is some minutes away.
READY_SECONDS = 1800
# What a message of an error needs of what a worker said before it ended.
LAST_LINES = 5


class Worker:
    """A process that is kept while there is work."""

    def __init__(self, command, weights=None):
        self.command = command
        self._messages = queue.SimpleQueue()
        self._said = []
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # What it starts itself ends with it.
                start_new_session=True,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            hint = "install bun-asr there, or set BUN_ASR"
            raise WorkerError("no_program", f"{command[0]}: {error.strerror}; {hint}") from error
        # Before it is ready, too: a model that is fetched is some minutes away.
        _all.add(self)
        self._notes = threading.Thread(target=self._listen, daemon=True)
        self._notes.start()
        threading.Thread(target=self._read, daemon=True).start()
        self.window = self._ready(weights)

    def _ready(self, weights):
        message = self.receive(READY_SECONDS)
        if message is None:
            self.end()
            raise WorkerError("not_ready", f"the worker was not ready in {READY_SECONDS} s")
        if "ready" not in message:
            why = self.why()
            self.end()
            raise WorkerError("no_worker", f"the worker did not start: {why}")
        found = message.get("weights")
        if weights and found and found != weights:
            self.end()
            raise WorkerError(
                "weights",
                f"its model, or aligner, is another one: the plan has {weights[:12]}, "
                f"here is {found[:12]}",
            )
        return int(message.get("window", 1))

    def _read(self):
        with self._process.stdout as lines:
            for line in lines:
                try:
                    message = json.loads(line)
                except ValueError:
                    self._said.append(line.strip())
                    continue
                if isinstance(message, dict):
                    self._messages.put(message)
        self._messages.put({"ended": True})

    def _listen(self):
        with self._process.stderr as lines:
            for line in lines:
                self._said.append(line.strip())
                del self._said[:-LAST_LINES]

    def send(self, item):
        """Hands an item over; a process that has ended tells it by `receive`."""
        try:
            # ASCII alone: an id that has half of a surrogate pair comes back as it went.
            self._process.stdin.write(json.dumps(item) + "\n")
            self._process.stdin.flush()
        except OSError:
            pass

    def receive(self, timeout):
        """The next message, `{"ended": True}` as the last one, or None when none came in time."""
        try:
            return self._messages.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None

    def why(self):
        """What it said last, and how it ended."""
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        self._notes.join(timeout=1)
        how = f"signal {-status}" if status < 0 else f"status {status}"
        said = next((line for line in reversed(self._said) if line), "")
        return f"{how}: {said}" if said else how

    def end(self):
        """Ends it with all that it started."""
        _all.discard(self)
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self._process.wait()
        self._close_input()

    def leave(self):
        """Lets it end by itself, as there is no more work."""
        self._close_input()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.end()

    def _close_input(self):
        try:
            self._process.stdin.close()
        except OSError:
            # What it was to read is lost with it.
            pass


_warm = threading.local()
# All that run, for the end of the process.
_all = set()


def warm_worker(command, weights):
    """The worker of this thread, which is kept from one shard to the next."""
    worker = getattr(_warm, "worker", None)
    if worker is None:
        worker = _warm.worker = Worker(command, weights)
    return worker


def drop_worker():
    """Ends the worker of this thread: the next one is a new process."""
    worker = _warm.worker
    _warm.worker = None
    worker.end()


def leave_workers():
    """Lets all workers of this process go, those that have work still, too."""
    for worker in list(_all):
        worker.leave()


def end_workers():
    """Ends all workers of this process at once."""
    for worker in list(_all):
        worker.end()


def now():
    """Seconds that only go forward, whatever is done to the clock of the machine."""
    return time.monotonic()
