"""Figures of a run for Prometheus, for programs of the driver's machine alone."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def figures(driver):
    """The figures as text."""
    tally = driver.tally
    errors = sum(tally.errors.values())
    rows = [
        ("shards_total", "gauge", [("", driver.total)]),
        ("shards_done_total", "counter", [("", driver.was_done + tally.done)]),
        ("shards_unfinished", "gauge", [("", len(tally.unfinished))]),
        ("items_ok_total", "counter", [("", tally.items - errors)]),
        (
            "items_failed_total",
            "counter",
            [(f'{{code="{code}"}}', count) for code, count in sorted(tally.errors.items())],
        ),
        ("audio_seconds_total", "counter", [("", tally.seconds)]),
        (
            "retries_total",
            "counter",
            [
                ('{level="process"}', tally.restarts),
                ('{level="machine"}', tally.losses),
                ('{level="shard"}', tally.failures),
            ],
        ),
        ("slots", "gauge", [("", driver.engine.slots())]),
    ]
    lines = []
    for name, kind, values in rows:
        lines.append(f"# TYPE bun_asr_batch_{name} {kind}")
        lines += [f"bun_asr_batch_{name}{labels} {value}" for labels, value in values]
    return "\n".join(lines) + "\n"


def serve_metrics(port, driver):
    """Serves the figures at http://127.0.0.1:port/metrics until `shutdown` of what it returns."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = figures(driver).encode()
            self.send_response(200 if self.path == "/metrics" else 404)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
