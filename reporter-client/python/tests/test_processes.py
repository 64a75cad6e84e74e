"""Real processes on one spool: killed at any moment, side by side, forked."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import unittest
import warnings

from tests.support import ReporterTestCase, a_summary, await_that, hang

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
KILLS = int(os.environ.get("RUNLEDGER_KILLS", "200"))


@unittest.skipUnless(hasattr(os, "fork"), "this system cannot fork")
class ProcessTests(ReporterTestCase):
    def child(self, action):
        """Runs the action in a forked process, which ends without touching what is the parent's."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of 3.12: the tests have threads, the child needs none
            process = os.fork()
        if process == 0:
            status = 1
            try:
                action()
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        return process

    def await_end(self, process):
        _, status = os.waitpid(process, 0)
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)

    def test_no_report_that_returned_is_lost_when_its_process_is_killed_at_any_moment(self):
        promised = {}
        for number in range(KILLS):
            promised.update(self.reports_of_a_process_killed_at_some_moment(number))
        reporter = self.reporter()
        reporter._delivery.start()
        await_that(lambda: not self.files("open"), "the dead runs are adopted")
        self.await_delivered(reporter)
        runs = self.server.ledger.runs
        self.assertGreater(len(promised), KILLS)
        for run_id, (environment, status) in promised.items():
            with self.subTest(environment):
                self.assertIn(run_id, runs, "what was promised is there")
                self.assertEqual(environment, runs[run_id]["environment"])
                self.assertIn(runs[run_id]["status"], status)
        self.assertEqual([], self.files("quarantine"), "no end was told twice, every file was readable")
        self.assertEqual([], [run for run in runs.values() if run["status"] == "running"])
        environments = [run["environment"] for run in runs.values()]
        self.assertEqual(len(environments), len(set(environments)), "every run is there once")

    def reports_of_a_process_killed_at_some_moment(self, number):
        """What a process was promised for its runs, each of an environment of its own, until it was killed."""
        read, write = os.pipe()

        def pipeline():
            reporter = self.reporter()
            count = 0
            while True:
                environment = "%d.%d" % (number, count)
                if count % 2:
                    begun = reporter.report_running(None, 20, environment=environment)
                    os.write(write, ("%s %s begun\n" % (begun, environment)).encode())
                    ended = reporter.report_run(a_summary(), 0, environment=environment)
                else:
                    with reporter.run(20, environment=environment) as run:
                        os.write(write, ("%s %s begun\n" % (run.id, environment)).encode())
                        ended = run.complete(a_summary(), 0)
                os.write(write, ("%s %s ended\n" % (ended, environment)).encode())
                count += 1

        process = self.child(pipeline)
        os.close(write)
        with os.fdopen(read, encoding="ascii") as lines:
            first = lines.readline()
            time.sleep(random.uniform(0.0, 0.03))  # not a wait for something: the moment is random
            os.kill(process, signal.SIGKILL)
            told = [first, *lines]
        self.assertEqual(-signal.SIGKILL, self.await_end(process))
        promised = {}
        for line in told:
            run_id, environment, what = line.split()
            promised[run_id] = (environment, ("success",) if what == "ended" else ("success", "failed"))
        return promised

    def test_processes_that_share_a_spool_deliver_every_report_once(self):
        def pipeline():
            reporter = self.reporter(timeout=10)
            for _ in range(25):
                assert reporter.report_run(a_summary(), 0)
            assert reporter.flush(60)

        for process in [self.child(pipeline) for _ in range(4)]:
            self.assertEqual(0, self.await_end(process))
        self.assertEqual(100, len(self.server.ledger.runs))
        self.assertEqual(100, len(self.server.ledger.posts))
        self.assertEqual([], self.files("queue") + self.files("quarantine") + self.files("tmp"))

    def test_a_run_is_adopted_when_its_process_is_killed_and_not_before(self):
        read, write = os.pipe()

        def pipeline():
            begun = self.reporter(self.nobody_listening()).report_running(None, 20, environment="killed")
            os.write(write, begun.encode())
            threading.Event().wait(60)

        process = self.child(pipeline)
        begun = os.read(read, 36).decode()
        reporter = self.reporter()
        reporter.report_run(a_summary(), 0)
        self.await_delivered(reporter)
        self.assertEqual([begun + ".json"], self.files("open"), "it lives")
        os.kill(process, signal.SIGKILL)
        self.await_end(process)
        reporter.report_run(a_summary(), 0)
        await_that(lambda: not self.files("open"), "the dead run is adopted")
        self.await_delivered(reporter)
        run = self.server.ledger.runs[begun]
        self.assertEqual(("failed", {"process_died": 1}), (run["status"], run["error_summary"]["by_category"]))

    def test_a_forked_child_leaves_the_runs_of_its_parent_alone_and_reports_its_own(self):
        reporter = self.reporter()
        begun = reporter.report_running(None, 20, environment="production")
        self.await_delivered(reporter)
        handle = reporter.run(20, environment="staging")

        def work():
            own = reporter.report_run(a_summary(), 0, environment="production")
            assert own != begun
            assert reporter.flush(30)
            with handle:
                pass  # leaving the parent's block is no end of the parent's run

        self.assertEqual(0, self.await_end(self.child(work)))
        self.assertEqual({begun + ".json", handle.id + ".json"}, set(self.files("open")))
        self.assertEqual(begun, reporter.report_run(a_summary(), 0, environment="production"))
        handle.complete(a_summary(), 0)
        self.await_delivered(reporter)
        self.assertEqual(3, len(self.server.ledger.runs))
        self.assertEqual({"success"}, {run["status"] for run in self.server.ledger.runs.values()})

    def test_a_child_of_a_parent_that_died_adopts_its_run(self):
        read, write = os.pipe()

        def parent():
            reporter = self.reporter()
            begun = reporter.report_running(None, 20)

            def orphan():
                await_that(lambda: os.getppid() != parent_process, "the parent is dead")
                assert reporter.report_run(a_summary(), 0)
                await_that(lambda: not self.files("open"), "the parent's run is adopted")
                assert reporter.flush(30)
                os.write(write, begun.encode())

            parent_process = os.getpid()
            self.child(orphan)
            os.kill(os.getpid(), signal.SIGKILL)

        self.await_end(self.child(parent))
        begun = os.read(read, 36).decode()
        self.assertEqual("failed", self.server.ledger.runs[begun]["status"])

    def test_of_many_threads_one_ends_the_run_that_was_begun(self):
        for _ in range(20):
            reporter = self.reporter()
            begun = reporter.report_running(None, 20)
            ready, ids = threading.Barrier(8), []

            def report():
                ready.wait()
                ids.append(reporter.report_run(a_summary(), 0))

            threads = [threading.Thread(target=report) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual((8, 1), (len(set(ids)), ids.count(begun)))
        self.await_delivered(reporter)
        self.assertEqual([], self.files("quarantine"))

    def test_threads_report_side_by_side(self):
        reporter = self.reporter()
        ids = []

        def pipeline(number):
            for count in range(10):
                environment = "%d.%d" % (number, count)
                begun = reporter.report_running(None, 20, environment=environment)
                ids.append((begun, reporter.report_run(a_summary(), 0, environment=environment)))

        threads = [threading.Thread(target=pipeline, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.await_delivered(reporter)
        self.assertEqual(80, len({begun for begun, ended in ids if begun == ended}))
        self.assertEqual(80, len(self.server.ledger.runs))
        self.assertEqual({"success"}, {run["status"] for run in self.server.ledger.runs.values()})


class PipelineTests(ReporterTestCase):
    """Whole interpreters, as question-service runs them."""

    def run_script(self, script, url=None, **variables):
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": ROOT,
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "BACKEND_API_URL": url or self.server.url,
            "BACKEND_SERVICE_KEY": "a-key",
            **variables,
        }
        script = "from runledger_reporter import RunReporter\n" + textwrap.dedent(script)
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, text=True, timeout=120
        )

    RAISES = """
        print("at work")
        with RunReporter.from_environment().run(20, environment="production") as run:
            raise LookupError("no questions")
    """

    def the_run(self):
        self.assertEqual(1, len(self.server.ledger.runs), self.server.ledger.runs)
        return next(iter(self.server.ledger.runs.values()))

    def test_a_pipeline_that_raises_is_reported_as_failed_before_its_process_is_gone(self):
        ended = self.run_script(self.RAISES)
        self.assertEqual(1, ended.returncode)
        run = self.the_run()
        self.assertEqual(("failed", 1, {"LookupError": 1}), (
            run["status"], run["exit_code"], run["error_summary"]["by_category"]
        ))
        self.assertEqual([], self.files("queue"))

    def test_output_and_exit_code_are_the_same_whatever_the_server_does(self):
        scripts = (self.RAISES, """
            import sys
            reporter = RunReporter.from_environment()
            reporter.report_running(None, 20)
            print("at work")
            print("a warning", file=sys.stderr)
            reporter.report_run({}, 3)
            sys.exit(3)
        """)
        for script in scripts:
            without = self.run_script(script, ENABLE_RUN_REPORTING="false")
            self.assertEqual([], self.server.requests)
            self.server.behaviours = [hang] * 10
            for url, spool in (
                (self.nobody_listening(), self.spool),
                (self.server.url, self.spool),
                (self.nobody_listening(), "/dev/null/spool"),
                ("nonsense", self.spool),
            ):
                with self.subTest(url=url, spool=spool):
                    ended = self.run_script(script, url, RUNLEDGER_SPOOL_DIR=spool)
                    self.assertEqual(
                        (without.returncode, without.stdout, without.stderr),
                        (ended.returncode, ended.stdout, ended.stderr),
                    )
            self.server.requests.clear()

    def test_what_one_process_could_not_deliver_the_next_one_does(self):
        self.run_script("RunReporter.from_environment().report_run({}, 2)", self.nobody_listening())
        self.assertEqual(1, len(self.files("queue")))
        self.run_script("RunReporter.from_environment().report_run({}, 3)")
        self.assertEqual({"failed", "partial_failure"}, {post["status"] for post in self.server.ledger.posts})
        self.assertEqual([], self.files("queue"))

    def test_a_run_begun_and_never_ended_is_reported_when_the_process_ends(self):
        self.run_script("RunReporter.from_environment().report_running(None, 20)")
        reporter = self.reporter()
        reporter._delivery.start()
        self.await_delivered(reporter)
        self.assertEqual(("failed", 20), (self.the_run()["status"], self.the_run()["questions_requested"]))
        self.assertEqual([], self.files("open"))

    def test_a_report_made_while_the_interpreter_ends_is_kept(self):
        ended = self.run_script("""
            import atexit
            reporter = RunReporter.from_environment()
            atexit.register(lambda: print(reporter.report_run({}, 2)))
        """)
        self.assertEqual("", ended.stderr)
        reporter = self.reporter()
        reporter._delivery.start()
        self.await_delivered(reporter)
        self.assertEqual(ended.stdout.strip(), self.the_run()["id"])

    ANOTHER_USERS = """
        import os
        def refuse(*arguments, **named):
            raise PermissionError(13, "Permission denied")
        os.listdir = os.open = refuse
    """
    READ_ONLY = """
        import errno, os
        opened = os.open
        def refuse(path, flags, *more, **named):
            if flags & os.O_CREAT:
                raise OSError(errno.EROFS, "Read-only file system")
            return opened(path, flags, *more, **named)
        os.open = refuse
    """
    FULL = """
        import errno, os
        def refuse(descriptor):
            raise OSError(errno.ENOSPC, "No space left on device")
        os.fsync = refuse
    """
    BROKEN = """
        import runledger_reporter
        def refuse(*arguments, **named):
            raise RuntimeError("one step of the end fails")
        runledger_reporter._Spool.waiting = runledger_reporter._Delivery.end_as_died = refuse
    """

    def test_a_short_run_that_cannot_be_spooled_is_delivered_before_its_process_is_gone(self):
        no_folder = {"RUNLEDGER_SPOOL_DIR": "/dev/null/spool"}
        for name, broken, variables in (
            ("a spool of another user", self.ANOTHER_USERS, {}),
            ("a read-only disk", self.READ_ONLY, {}),
            ("a full disk", self.FULL, {}),
            ("no folder to be had", "", no_folder),
            ("a step of the end that fails", self.BROKEN, no_folder),
        ):
            for report in ("reporter.report_run({}, 2)", "reporter.report_running(None, 20)", "reporter.run(20)"):
                with self.subTest(name, report=report):
                    script = textwrap.dedent(broken) + "reporter = RunReporter.from_environment()\n"
                    ended = self.run_script(script + "kept = %s\nprint('at work')" % report, **variables)
                    self.assertEqual((0, "at work\n", ""), (ended.returncode, ended.stdout, ended.stderr))
                    self.assertEqual(1, len(self.server.ledger.runs), self.server.requests)
                    self.server.ledger.runs.clear()

    def test_a_run_begun_and_never_ended_is_reported_as_died_even_if_it_could_not_be_spooled(self):
        script = "RunReporter.from_environment().report_running(None, 20)"
        self.run_script(script, RUNLEDGER_SPOOL_DIR="/dev/null/spool")
        self.assertEqual("failed", self.the_run()["status"])

    def test_workers_of_a_process_pool_report_their_runs(self):
        ended = self.run_script("""
            import multiprocessing
            reporter = RunReporter.from_environment()

            def pipeline(number):
                run_id = reporter.report_run({}, 2, client_run_id="run-%d" % number)
                assert reporter.flush(30)
                return run_id

            if __name__ == "__main__":
                reporter.report_running(None, 20)
                with multiprocessing.get_context("fork").Pool(2) as pool:
                    print(len(set(pool.map(pipeline, range(6)))))
        """.replace("-W error", ""))
        self.assertEqual("6", ended.stdout.strip(), ended.stderr)
        reporter = self.reporter()
        reporter._delivery.start()
        self.await_delivered(reporter)
        self.assertEqual(7, len(self.server.ledger.runs))


if __name__ == "__main__":
    unittest.main()
