"""Stands in for `bun-asr transcribe --worker` where scheduling is tested: it answers after a while,
by the times in $DUMMY_SECONDS, and writes what it was given to $DUMMY_LOG.

An item whose audio is `crash` ends the process, `hang` is never answered, `bad` is an error,
`node` kills the process that started it, as one does that takes all memory of a machine.
"""

import json
import os
import signal
import sys
import threading
import time

seconds = float(os.environ.get("DUMMY_SECONDS", "0"))
window = int(os.environ.get("DUMMY_WINDOW", "1"))
log = os.environ.get("DUMMY_LOG")


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def note(name):
    if log:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{name} {os.getpid()} {os.getppid()}\n")


def answer(item):
    kind = os.path.basename(item["audio"])
    note(item["id"])
    if kind == "hang":
        time.sleep(3600)
    time.sleep(seconds)
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "node":
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(1)
    if kind == "bad":
        say({"id": item["id"], "error": {"code": "input", "message": "is no recording"}})
        return
    text = f"text of {item['id']}"
    say({"id": item["id"], "text": text, "language": "English", "duration_s": 0.3})


say({"ready": 1, "window": window, "weights": os.environ.get("DUMMY_WEIGHTS", "")})
for line in sys.stdin:
    job = threading.Thread(target=answer, args=(json.loads(line),), daemon=True)
    job.start()
    if window == 1 and not line.count('"hang"'):
        job.join()
os._exit(0)
