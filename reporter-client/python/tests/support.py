"""A ledger behind real HTTP that can be told to misbehave, and what the tests share."""

import contextlib
import datetime
import json
import logging
import os
import shutil
import signal
import socket
import socketserver
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid

import runledger_reporter
from runledger_reporter import RunReporter

# A JVM that runs the tests leaves SIGQUIT blocked, and a shell's background ignores SIGINT: the commands start as at a terminal.
signal.pthread_sigmask(signal.SIG_SETMASK, set())
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

VECTORS = os.path.join(os.path.dirname(__file__), "..", "..", "vectors")


def vectors(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)


def a_summary(**overall):
    """What MetricsTracker gives for a small run."""
    return {
        "execution": {
            "start_time": "2026-11-23T08:00:00.000001+00:00",
            "end_time": "2026-11-23T08:05:00.000001+00:00",
            "duration_seconds": 300.0,
        },
        "generation": {"requested": 20, "generated": 18, "failed": 2, "success_rate": 0.9},
        "evaluation": {"evaluated": 18, "approved": 12, "rejected": 6, "approval_rate": 0.6666666666666666},
        "database": {"inserted": 12, "failed": 0},
        "overall": {"questions_requested": 20, "questions_final_output": 12, "total_errors": 2, **overall},
    }


def await_that(condition, message, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("In vain waited that " + message)
        time.sleep(0.005)


class Ledger:
    """Keeps runs as the server does: one per id, the first end stands, the same report again is no other."""

    def __init__(self):
        self.runs = {}
        self.posts = []
        self._mutex = threading.Lock()

    def record(self, body):
        payload = json.loads(body)
        with self._mutex:
            self.posts.append(payload)
            stored = self.runs.get(payload["id"])
            if stored is None or (stored["status"] == "running" and payload["status"] != "running"):
                self.runs[payload["id"]] = stored = payload
            if payload["status"] != "running" and payload != stored:
                return 409, {"detail": "another final report stands"}
            return 201, {"id": payload["id"], "status": stored["status"], "message": "recorded"}


    def page(self, query):
        """The runs that started in a period, as GET /v1/admin/generation-runs tells."""
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(query).items()}
        first, last, size = asked["start_date"], asked["end_date"], int(asked["page_size"])
        with self._mutex:
            runs = [run for run in self.runs.values() if moment(first) <= moment(run["started_at"]) <= moment(last)]
        begin = (int(asked["page"]) - 1) * size
        names = ("id", "started_at", "completed_at", "environment")
        shown = [{name: run.get(name) for name in names} for run in runs[begin : begin + size]]
        return {"runs": shown, "total": len(runs), "total_pages": -(-len(runs) // size)}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Server(socketserver.ThreadingTCPServer):
    """Answers each request by the next of ``behaviours``, and by the ledger when none is left."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.port = self.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.ledger = Ledger()
        self.behaviours = []
        self.requests = []
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # clients are killed on purpose


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode()
        headers = {}
        while True:
            header = self.rfile.readline().decode().strip()
            if not header:
                break
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        self.server.requests.append((line.split(), headers, body))
        method, self.path, _ = line.split()
        with contextlib.suppress(OSError):
            if method == "GET":
                self.answer(200, self.server.ledger.page(urllib.parse.urlsplit(self.path).query))
                return
            (self.server.behaviours.pop(0) if self.server.behaviours else record)(self, body)

    def answer(self, status, body=b"", headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        lines = ["HTTP/1.1 %d Whatever" % status, "Content-Length: %d" % len(body), *headers, "", ""]
        self.wfile.write("\r\n".join(lines).encode() + body)


def record(handler, body):
    handler.answer(*handler.server.ledger.record(body))


def answering(status, body=b"", *headers):
    return lambda handler, _: handler.answer(status, body, headers)


def hang(handler, body):
    handler.server.released.wait(60)


def cut_after_the_request(handler, body):
    pass


def cut_before_the_answer(handler, body):
    handler.server.ledger.record(body)


def cut_within_the_answer(handler, body):
    handler.server.ledger.record(body)
    handler.wfile.write(b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"id": "')


def garbage(handler, body):
    handler.wfile.write(b"\x00\xffSSH-2.0 nonsense\r\n\r\n")


def trickle(handler, body):
    handler.server.ledger.record(body)
    for byte in b"HTTP/1.1 201 Created\r\n" + b"X-Wait: a little\r\n" * 1000:
        handler.wfile.write(bytes([byte]))
        if handler.server.released.wait(0.02):
            return


class ReporterTestCase(unittest.TestCase):
    """A spool of its own, a server of its own, and a reporter that does not wait long."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="runledger-spool-")
        self.spool = os.path.join(self.directory, "spool")
        self.server = Server()
        self._reporters = []
        self._silent = socket.socket()
        self._silent.bind(("127.0.0.1", 0))
        self.addCleanup(self._silent.close)
        self.addCleanup(self._clean)
        first_pause = runledger_reporter._FIRST_PAUSE_SECONDS
        runledger_reporter._FIRST_PAUSE_SECONDS = 0.02
        self.addCleanup(setattr, runledger_reporter, "_FIRST_PAUSE_SECONDS", first_pause)

    def _clean(self):
        self.server.stop()
        for reporter in self._reporters:
            reporter._delivery.exit(time.monotonic() + 20)
        shutil.rmtree(self.directory, ignore_errors=True)

    def reporter(self, url=None, **options):
        options = {"timeout": 2.0, "spool_dir": self.spool, **options}
        reporter = RunReporter(url or self.server.url, options.pop("key", "a-key"), **options)
        self._reporters.append(reporter)
        return reporter

    def writer(self, **options):
        """A reporter that only writes, as if its process ended before it could deliver."""
        reporter = self.reporter(self.nobody_listening(), **options)
        reporter._delivery.start = lambda: None
        return reporter

    def deliver(self, **options):
        """What the next process delivers."""
        reporter = self.reporter(**options)
        reporter._delivery.start()
        await_that(lambda: reporter._delivery._thread is None, "nothing is left to deliver")

    def nobody_listening(self):
        """An address that refuses connections, and that nobody else gets meanwhile."""
        return "http://127.0.0.1:%d" % self._silent.getsockname()[1]

    def files(self, folder):
        try:
            return sorted(os.listdir(os.path.join(self.spool, folder)))
        except FileNotFoundError:
            return []

    def content(self, *path):
        with open(os.path.join(self.spool, *path), encoding="utf-8") as file:
            return json.load(file)

    def retries(self):
        return [self.content("retry", name) for name in self.files("retry")]

    def await_quarantine(self, count=1):
        def is_there():
            return len(self.files("quarantine")) == 2 * count and not self.files("queue")

        await_that(is_there, "%d reports are in quarantine" % count)
        return [name for name in self.files("quarantine") if name.endswith(".json")]

    def await_delivered(self, reporter):
        self.assertTrue(reporter.flush(30), "everything is delivered")

    def path(self, *parts):
        return os.path.join(self.spool, *parts)

    def remove(self, *parts):
        os.unlink(self.path(*parts))

    def lay_open_file(self, start, **members):
        """Puts the open file of a run where a process of either language would, and dies."""
        report = {"format": 1, "kind": "start", "run_id": start["id"], "created_at": "2026-11-23T09:20:31.123456Z"}
        report.update({"writer": "java 0.1.0", "liveness": "lock", "expires_at": None, "payload": start, **members})
        self.lay_file(json.dumps(report), folder="open", name=start["id"] + ".json")

    def lay_file(self, text, kind="completion", run_id=None, folder="queue", micros=1, name=None, size=None):
        """Puts a file where a reporter of either language would leave it."""
        run_id = run_id or str(uuid.uuid4())
        content = text if isinstance(text, bytes) else text.replace("RUN_ID", run_id).encode()
        size = len(content) if size is None else size
        path = os.path.join(self.spool, folder)
        os.makedirs(path, mode=0o700, exist_ok=True)
        name = name or "%017d-%06d-%s-%s-%d.json" % (micros, 1, kind, run_id, size)
        with open(os.path.join(path, name), "wb") as file:
            file.write(content)
        return run_id, name


@contextlib.contextmanager
def log_lines():
    """What the reporter logs meanwhile."""
    lines = []

    class Collector(logging.Handler):
        def emit(self, entry):
            lines.append(entry.getMessage())

    logger = logging.getLogger("runledger_reporter")
    collector = Collector()
    logger.addHandler(collector)
    try:
        yield lines
    finally:
        logger.removeHandler(collector)
