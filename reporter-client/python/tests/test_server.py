"""Against Runledger itself: what goes in comes back, value for value, and once."""

import datetime
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from runledger_reporter import RunReporter, run_id_of
from tests.support import await_that, vectors

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
JAR = os.environ.get("RUNLEDGER_SERVER_JAR", "")
KEY = "a-key-of-the-python-reporter-tests"
TIMES = ("started_at", "completed_at")


@unittest.skipUnless(os.path.isfile(JAR), "RUNLEDGER_SERVER_JAR names no server: what it would answer is not tested")
class ServerTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="runledger-server-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        cls.url = "http://127.0.0.1:%d" % port
        log = open(os.path.join(cls.directory, "server.log"), "w+", encoding="utf-8")
        cls.addClassCleanup(log.close)
        environment = {
            **os.environ,
            "SERVER_PORT": str(port),
            "RUNLEDGER_DATA_DIR": os.path.join(cls.directory, "data"),
            "RUNLEDGER_KEYS_REPORTER": KEY,
        }
        java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
        server = subprocess.Popen([java, "-jar", JAR], env=environment, stdout=log, stderr=log)
        cls.addClassCleanup(server.wait, 60)
        cls.addClassCleanup(server.terminate)

        def answers():
            if server.poll() is not None:
                log.seek(0)
                raise AssertionError("The server ended:\n" + log.read()[-4000:])
            try:
                return cls.get("/actuator/health")["status"] == "UP"
            except OSError:
                return False

        await_that(answers, "the server is up", seconds=180)

    @classmethod
    def get(cls, path):
        request = urllib.request.Request(cls.url + path, headers={"X-Service-Key": KEY})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def setUp(self):
        self.spool = tempfile.mkdtemp(prefix="runledger-spool-")
        self.addCleanup(shutil.rmtree, self.spool, ignore_errors=True)
        self.reporter = RunReporter(self.url, KEY, spool_dir=self.spool)
        self.addCleanup(lambda: self.reporter._delivery.exit(time.monotonic() + 20))

    def await_delivered(self):
        self.assertTrue(self.reporter.flush(120), "everything is delivered")
        self.assertEqual([], os.listdir(os.path.join(self.spool, "quarantine")))

    def stored(self, run_id):
        return self.get("/v1/admin/generation-runs/" + run_id)

    def total(self):
        return self.get("/v1/admin/generation-runs?page_size=1")["total"]

    def assert_stored(self, payload):
        stored = self.stored(payload["id"])
        for name, value in payload.items():
            with self.subTest(payload["client_run_id"], field=name):
                told = stored[name]
                if name in TIMES:
                    told, value = instant(told), instant(value)
                self.assertEqual(value, told)

    def test_every_sample_of_question_service_comes_back_value_for_value_however_often_it_is_told(self):
        samples = vectors("completion-samples.json")[:60]
        before = self.total()
        for _ in range(2):
            for case in samples:
                told = self.reporter.report_run(case["summary"], **case["arguments"])
                self.assertEqual(case["payload"]["id"], told)
            self.await_delivered()
        self.assertEqual(before + len(samples), self.total())
        for case in samples:
            self.assert_stored(case["payload"])

    def test_a_start_and_its_end_are_one_run(self):
        before = self.total()
        begun = self.reporter.report_running("2026-11-23T08:00:00.123456+00:00", 20, "production", "scheduler")
        self.await_delivered()
        self.assertEqual("running", self.stored(begun)["status"])
        summary = {"generation": {"generated": 7}}
        ended = self.reporter.report_run(summary, 3, "production", "scheduler", client_run_id="x")
        self.await_delivered()
        stored = self.stored(begun)
        self.assertEqual(begun, ended)
        self.assertEqual(before + 1, self.total())
        self.assertEqual(("partial_failure", 20, 7, "x"), tuple(
            stored[name] for name in ("status", "questions_requested", "questions_generated", "client_run_id")
        ))

    def test_a_run_that_raises_is_stored_as_failed(self):
        with self.assertRaises(LookupError):
            with self.reporter.run(20, environment="staging") as run:
                raise LookupError("no questions")
        self.await_delivered()
        stored = self.stored(run.id)
        self.assertEqual(("failed", 1, "staging"), (stored["status"], stored["exit_code"], stored["environment"]))
        self.assertEqual({"LookupError": 1}, stored["error_summary"]["by_category"])

    def test_figures_of_ones_own_and_warnings_come_back(self):
        with self.reporter.run(20, environment="staging") as run:
            run.count("provider", "openai", generated=8, evaluated=8, approved=6)
            run.count("type", "mathematical", generated=8, approved=6)
            run.count("model", "gpt-5.1", generated=8, cost_usd=0.25)
            run.metric("toxicity", 3, of=49)
            run.metric("reviewer_minutes", 12.5)
            run.complete({"evaluation": {"evaluated": 8, "approved": 6}, "database": {"inserted": 6}}, 0)
        self.await_delivered()
        stored = self.stored(run.id)
        own = {
            "metrics": {"toxicity": {"value": 3, "of": 49}, "reviewer_minutes": {"value": 12.5}},
            "breakdowns": {
                "type": {"math": {"generated": 8, "approved": 6}},
                "model": {"gpt-5.1": {"generated": 8, "cost_usd": 0.25}},
            },
        }
        self.assertEqual(own, {name: stored[name] for name in own})
        self.assertEqual(6, stored["provider_metrics"]["openai"]["approved"])
        self.assertEqual((8, {"math": 8}), (stored["questions_generated"], stored["type_metrics"]))
        run_id = self.reporter.report_run({"evaluation": {"evaluated": 9}, "database": {"inserted": 7}}, 0)
        self.await_delivered()
        warnings = [warning["type"] for warning in self.stored(run_id)["warnings"]]
        self.assertIn("generation_not_recorded", warnings)

    def test_heartbeats_are_taken_and_the_end_is_the_runs_own(self):
        reporter = RunReporter(self.url, KEY, spool_dir=self.spool, heartbeat_seconds=0.05)
        answers = []
        beat = reporter._heartbeats._beat_for
        reporter._heartbeats._beat_for = lambda run: answers.append(beat(run)) or answers[-1]
        with reporter.run(20, environment="staging") as run:
            run.count("provider", "openai", evaluated=1)
            await_that(lambda: 204 in answers, "a heartbeat is taken")
            run.complete({"generation": {"requested": 20, "generated": 7}}, 0)
        self.await_delivered()
        stored = self.stored(run.id)
        self.assertEqual(("success", 7), (stored["status"], stored["questions_generated"]))

    def test_the_recipe_of_each_era_ends_in_the_ledger(self):
        for era in ("2025-12", "2026-02", "2026-04"):
            for how, status in (("well", "success"), ("partial", "partial_failure"), ("unexpected", "failed")):
                with self.subTest(era, how=how):
                    before = self.total()
                    environment = {
                        "PATH": os.environ.get("PATH", ""), "RUNLEDGER_SPOOL_DIR": self.spool,
                        "BACKEND_API_URL": self.url, "BACKEND_SERVICE_KEY": KEY, "RUNLEDGER_EXIT_WAIT_SECONDS": "60",
                    }
                    command = [sys.executable, "-m", "tests.question_service", era, how, "--recipe"]
                    subprocess.run(command, env=environment, cwd=ROOT, timeout=120, stdout=subprocess.DEVNULL)
                    self.await_delivered()
                    self.assertEqual(before + 1, self.total())
                    (run,) = self.get("/v1/admin/generation-runs?page_size=1")["runs"]
                    self.assertEqual((status, 10), (run["status"], run["questions_requested"]))

    def test_what_was_reported_live_is_not_imported_again(self):
        reported = self.reporter.report_run({"execution": {
            "start_time": "2026-04-02T03:00:00+00:00", "end_time": "2026-04-02T03:10:00+00:00"
        }}, 0)
        self.await_delivered()
        before = self.total()
        path = os.path.join(self.spool, "success_runs.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"timestamp": "2026-04-02T03:10:02+00:00", "questions_generated": 5, "duration_seconds": 90}\n')
        environment = {"PATH": os.environ.get("PATH", ""), "BACKEND_API_URL": self.url, "BACKEND_SERVICE_KEY": KEY}
        command = [sys.executable, "-m", "runledger", "import", path]
        ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
        self.assertIn("imported: 0\nalready there: 1\n  success_runs.jsonl:1: taken as run " + reported, ended.stdout)
        self.assertEqual(before, self.total())

    def test_an_old_reporter_that_sends_only_a_name_means_the_same_run(self):
        body = {"client_run_id": "old", "started_at": "2026-11-23T08:00:00Z", "status": "running"}
        body["questions_requested"] = 5
        request = urllib.request.Request(
            self.url + "/v1/admin/generation-runs",
            json.dumps(body).encode(),
            {"X-Service-Key": KEY, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            self.assertEqual(run_id_of("old"), json.load(response)["id"])
        self.assertEqual(run_id_of("old"), self.reporter.report_run({}, 2, client_run_id="old"))
        self.await_delivered()
        self.assertEqual("failed", self.stored(run_id_of("old"))["status"])

    def test_what_the_server_refuses_is_in_quarantine_with_its_reason(self):
        self.reporter.report_run({}, 2, environment="an environment of more than twenty characters")
        self.assertTrue(self.reporter.flush(60))
        name, reason = sorted(os.listdir(os.path.join(self.spool, "quarantine")))
        self.assertEqual(name + ".reason", reason)
        with open(os.path.join(self.spool, "quarantine", reason), encoding="utf-8") as file:
            told = json.load(file)
        self.assertEqual((422, ["body", "environment"]), (told["status"], told["detail"][0]["loc"]))


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    unittest.main()
