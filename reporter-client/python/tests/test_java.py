"""One spool, two languages: either client delivers what the other left."""

import glob
import os
import subprocess
import sys
import unittest

from tests.support import ReporterTestCase, await_that, vectors

TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "target")
BUILT = glob.glob(os.path.join(TARGET, "runledger-reporter*.jar"))
JAR = os.environ.get("RUNLEDGER_REPORTER_JAR") or next(iter(BUILT), "")


@unittest.skipUnless(os.path.isfile(JAR), "No jar of the Java client: sharing a spool is tested with fixtures only")
class JavaTests(ReporterTestCase):
    def java(self, *arguments, url=None, **options):
        java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
        environment = {
            **os.environ,
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "BACKEND_API_URL": url or self.server.url,
            "BACKEND_SERVICE_KEY": "a-key",
            "ENABLE_RUN_REPORTING": "true",
        }
        ended = subprocess.run(
            [java, "-jar", JAR, *arguments], env=environment, capture_output=True, text=True, timeout=120, **options
        )
        self.assertEqual(0, ended.returncode, ended.stderr)
        return ended.stdout

    def test_java_delivers_what_python_left(self):
        reporter = self.writer()
        cases = vectors("completion-edge-cases.json") + vectors("completion-samples.json")[:20]
        expected = []
        for case in cases:
            arguments = {name: case["arguments"].get(name) for name in ("exit_code", "client_run_id", "environment")}
            run_id = reporter.report_run(case["summary"], **arguments)
            expected.append((run_id, self.content("queue", self.files("queue")[-1])["payload"]))
        reporter.report_running(None, 20, environment="begun")
        posts = self.server.ledger.posts
        self.java("flush", "--strict")
        self.assertEqual(len(cases) + 1, len(posts))
        for (run_id, payload), post in zip(expected, posts):
            self.assertEqual((run_id, payload), (post["id"], post))
        self.assertEqual("running", posts[-1]["status"], "the run goes on, and Java does not adopt it")
        self.assertEqual([], self.files("quarantine"))

    def test_a_python_pipeline_in_javas_wrapper_reports_the_one_run(self):
        script = "from runledger_reporter import RunReporter; r = RunReporter.from_environment(); print(%s)"
        report = "r.report_run({'generation': {'requested': 5, 'generated': 4}}, 3)"
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
        command = ("env", "PYTHONPATH=" + root, sys.executable, "-c", script % report)
        told = self.java("run", "--questions", "9", "--environment", "staging", "--", *command).strip()
        reporter = self.reporter()
        reporter._delivery.start()
        self.await_delivered(reporter)
        (run,) = self.server.ledger.runs.values()
        self.assertEqual((told, "partial_failure", 3, 4, "staging"), tuple(
            run[name] for name in ("id", "status", "exit_code", "questions_generated", "environment")
        ))
        self.assertEqual([], self.files("open") + self.files("quarantine"))

    def test_python_delivers_what_java_left(self):
        begun = self.java("start", "--questions", "20", "--environment", "staging", url=self.nobody_listening()).strip()
        score = "7.12345678901234567890123"
        summary = '{"evaluation": {"average_score": %s}, "generation": {"by_type": {"räumlich": 3}}}' % score
        path = os.path.join(self.directory, "summary.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(summary)
        complete = ("complete", "--id", begun, "--exit-code", "3", "--summary", path)
        self.java(*complete, url=self.nobody_listening())
        self.assertEqual(2, len(self.files("queue")))
        reporter = self.reporter()
        reporter._delivery.start()
        self.await_delivered(reporter)
        self.assertEqual(["running", "partial_failure"], [post["status"] for post in self.server.ledger.posts])
        run = self.server.ledger.runs[begun]
        self.assertEqual(("staging", {"räumlich": 3}), (run["environment"], run["type_metrics"]))
        self.assertIn(score.encode(), self.server.requests[-1][2], "digit for digit")

    def test_java_adopts_a_run_whose_python_process_died(self):
        reporter = self.reporter(self.nobody_listening())
        begun = reporter.report_running("2026-11-23T08:00:00+00:00", 20, environment="production")
        with reporter._spool._mutex:
            os.close(reporter._spool._own.pop(begun).descriptor)  # as the kernel does when a process dies
        self.java("flush", "--strict")
        run = self.server.ledger.runs[begun]
        self.assertEqual(("failed", {"process_died": 1}), (run["status"], run["error_summary"]["by_category"]))
        self.assertEqual([], self.files("open"))

    def test_java_tells_what_python_put_into_quarantine_and_puts_it_back(self):
        self.server.behaviours = [lambda handler, _: handler.answer(401, {"detail": "Invalid service API key"})]
        reporter = self.reporter()
        run_id = reporter.report_run({}, 2)
        self.await_quarantine()
        told = self.java("status")
        self.assertIn("Invalid service API key", told)
        self.java("flush", "--strict", "--retry-quarantine")
        self.assertEqual({run_id}, set(self.server.ledger.runs))
        self.assertEqual([], self.files("quarantine"))

    def test_python_leaves_alone_the_run_of_a_java_process_that_lives(self):
        java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
        environment = {**os.environ, "RUNLEDGER_SPOOL_DIR": self.spool, "BACKEND_API_URL": self.nobody_listening()}
        environment["BACKEND_SERVICE_KEY"] = "a-key"
        wrapper = subprocess.Popen(
            [java, "-jar", JAR, "run", "--environment", "java", "--", "cat"], env=environment, stdin=subprocess.PIPE
        )
        try:
            await_that(lambda: self.files("open") and self.files("queue"), "the Java process has begun its run")
            reporter = self.reporter()
            reporter._delivery.start()
            self.await_delivered(reporter)
            (begun,) = self.files("open")
            self.assertEqual(["running"], [post["status"] for post in self.server.ledger.posts])
        finally:
            wrapper.kill()
            wrapper.communicate()
        reporter._delivery.start()
        await_that(lambda: not self.files("open"), "the run is adopted once its process is dead")
        self.await_delivered(reporter)
        self.assertEqual("failed", self.server.ledger.runs[begun[:-5]]["status"])


if __name__ == "__main__":
    unittest.main()
