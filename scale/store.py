"""Where a plan is read and parts are written: a folder that machines share, or S3.

A part is written once: who comes second loses, and changes nothing. Nothing here looks at a clock.
"""

import errno
import json
import os
import subprocess
import threading
import uuid


class StoreError(Exception):
    """The output cannot be read or written here: the disk is full, a mount or a bucket is gone."""


def open_store(out, command):
    """The store of an output; `command` is the program that speaks S3, as a list."""
    return CommandStore(out, command) if out.startswith("s3://") else FolderStore(out)


class FolderStore:
    """A folder, on a disk or a file system that machines share."""

    def __init__(self, out):
        self.out = out

    def get(self, key):
        """The text of a file, or None where there is none."""
        try:
            with open(os.path.join(self.out, key), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{self.out}/{key}: {error.strerror}") from error

    def has(self, key):
        return os.path.exists(os.path.join(self.out, key))

    def names(self, folder):
        """The names in a folder; none where there is no such folder."""
        try:
            with os.scandir(os.path.join(self.out, folder)) as entries:
                return [entry.name for entry in entries]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self.out}/{folder}: {error.strerror}") from error

    def put(self, key, text):
        """Writes a file as a whole, unless it is there; says whether this is the one."""
        path = os.path.join(self.out, key)
        draft = os.path.join(self.out, "_tmp", f"{os.path.basename(key)}.{uuid.uuid4().hex}")
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.makedirs(os.path.dirname(draft), exist_ok=True)
            try:
                with open(draft, "x", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                return self._link(draft, path)
            finally:
                if os.path.exists(draft):
                    os.unlink(draft)
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror}") from error

    def _link(self, draft, path):
        """A hard link takes a name only where it is free: the first one stays."""
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
            # Without links a rename is whole, too; what it replaces has the same rows.
            if os.path.exists(path):
                return False
            os.rename(draft, path)
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def close(self):
        pass


class CommandStore:
    """S3, spoken by `bun-asr batch store`: a question and an answer a line."""

    def __init__(self, out, command):
        self.out = out
        self._lock = threading.Lock()
        try:
            self._process = subprocess.Popen(
                [*command, "batch", "store", "--out", out],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise StoreError(f"{command[0]}: {error.strerror}") from error

    def _ask(self, **question):
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(question) + "\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except OSError:
                line = ""
        if not line:
            raise StoreError(f"{self.out}: bun-asr batch store has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise StoreError(answer["error"])
        return answer

    def get(self, key):
        return self._ask(op="get", key=key).get("text")

    def has(self, key):
        return self._ask(op="has", key=key)["found"]

    def names(self, folder):
        return self._ask(op="names", key=folder)["names"]

    def put(self, key, text):
        return self._ask(op="put", key=key, text=text)["stored"]

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
