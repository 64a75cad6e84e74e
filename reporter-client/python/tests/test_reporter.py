"""What the pipeline calls, and what it gets."""

import datetime
import os
import unittest
import uuid
from unittest import mock

from runledger_reporter import RunReporter, run_id_of
from tests.support import ReporterTestCase, a_summary, await_that, hang, log_lines


class Tracker:
    """Stands for question-service's MetricsTracker, as far as a reporter knows it."""

    def __init__(self, summary):
        self._summary = summary

    def get_summary(self):
        if isinstance(self._summary, Exception):
            raise self._summary
        return self._summary


class ReporterTests(ReporterTestCase):
    def the_run(self):
        self.assertEqual(1, len(self.server.ledger.runs), self.server.ledger.runs)
        return next(iter(self.server.ledger.runs.values()))

    def test_a_finished_run_reaches_the_ledger_under_the_id_returned(self):
        reporter = self.reporter()
        run_id = reporter.report_run(
            a_summary(),
            0,
            environment="production",
            triggered_by="scheduler",
            prompt_version="v2",
            arbiter_config_version="a-1",
            min_arbiter_score_threshold=7.0,
            client_run_id="run-1",
        )
        self.await_delivered(reporter)
        run = self.the_run()
        self.assertEqual(run_id_of("run-1"), run_id)
        self.assertEqual(run_id, run["id"])
        self.assertEqual(("success", 18, "v2", 7.0), tuple(
            run[name] for name in ("status", "questions_generated", "prompt_version", "min_arbiter_score_threshold")
        ))

    def test_the_request_is_the_one_that_the_contract_describes(self):
        reporter = self.reporter(self.server.url + "/")
        reporter.report_run(a_summary(), 0)
        self.await_delivered(reporter)
        (method, path, _), headers, _ = self.server.requests[0]
        self.assertEqual(("POST", "/v1/admin/generation-runs"), (method, path))
        self.assertEqual(("a-key", "application/json"), (headers["x-service-key"], headers["content-type"]))

    def test_a_tracker_is_taken_by_position_and_by_either_name(self):
        reporter = self.reporter()
        reporter.report_run(Tracker(a_summary()), 0)
        reporter.report_run(metrics_tracker=Tracker(a_summary()), exit_code=0)
        reporter.report_run(summary=a_summary(), exit_code=0)
        self.await_delivered(reporter)
        self.assertEqual([18] * 3, [run["questions_generated"] for run in self.server.ledger.runs.values()])

    def test_newer_names_for_the_arbiter_mean_the_arbiter(self):
        reporter = self.reporter()
        reporter.report_run(a_summary(), 0, judge_config_version="j-1", min_judge_score_threshold=6.5)
        self.await_delivered(reporter)
        run = self.the_run()
        self.assertEqual(("j-1", 6.5), (run["arbiter_config_version"], run["min_arbiter_score_threshold"]))

    def test_a_start_and_the_report_that_follows_it_are_one_run(self):
        reporter = self.reporter()
        started_at = datetime.datetime(2026, 11, 23, 8, tzinfo=datetime.timezone.utc)
        begun = reporter.report_running(started_at, 20, environment="production", triggered_by="scheduler")
        self.assertEqual([begun + ".json"], self.files("open"))
        ended = reporter.report_run(
            a_summary(), 0, environment="production", triggered_by="scheduler", client_run_id="run-1"
        )
        self.await_delivered(reporter)
        self.assertEqual(begun, ended)
        self.assertEqual(["running", "success"], [post["status"] for post in self.server.ledger.posts])
        self.assertEqual("run-1", self.the_run()["client_run_id"])
        self.assertEqual([], self.files("open"))

    def test_a_report_repeated_under_its_name_is_still_the_run_that_was_begun(self):
        reporter = self.reporter()
        begun = reporter.report_running(None, 20)
        for _ in range(2):
            self.assertEqual(begun, reporter.report_run(a_summary(), 0, client_run_id="run-1"))
        self.await_delivered(reporter)
        self.assertEqual("success", self.the_run()["status"])

    def test_another_reporter_of_the_process_knows_the_run_that_was_begun(self):
        begun = self.reporter().report_running(None, 20, environment="production")
        self.assertEqual(begun, self.reporter().report_run(a_summary(), 0, environment="production"))

    def test_of_several_open_runs_the_one_that_began_when_the_summary_says_is_meant(self):
        reporter = self.reporter()
        reporter.report_running("2026-11-23T07:00:00+00:00", 20, environment="production")
        meant = reporter.report_running("2026-11-23T08:00:00+00:00", 20, environment="production")
        reporter.report_running("2026-11-23T09:00:00+00:00", 20, environment="production")
        self.assertEqual(meant, reporter.report_run(a_summary(), 0, environment="production"))

    def test_an_open_run_of_another_environment_is_another_run(self):
        reporter = self.reporter()
        begun = reporter.report_running(None, 20, environment="staging")
        self.assertNotEqual(begun, reporter.report_run(a_summary(), 0, environment="production"))

    def test_what_a_summary_leaves_out_comes_from_the_start(self):
        reporter = self.reporter()
        reporter.report_running("2026-11-23T08:00:00+00:00", 20)
        reporter.report_run({"generation": {"generated": 3}}, 1)
        self.await_delivered(reporter)
        run = self.the_run()
        self.assertEqual(("2026-11-23T08:00:00+00:00", 20, 3), tuple(
            run[name] for name in ("started_at", "questions_requested", "questions_generated")
        ))
        self.assertIsNotNone(run["completed_at"])
        self.assertGreaterEqual(run["duration_seconds"], 0)

    def test_a_block_that_completes_its_run_reports_it_once(self):
        reporter = self.reporter()
        with reporter.run(20, environment="production", prompt_version="v2") as run:
            run.complete(Tracker(a_summary()), 3)
            run.fail("too late")
        self.await_delivered(reporter)
        self.assertEqual(["running", "partial_failure"], [post["status"] for post in self.server.ledger.posts])
        self.assertEqual(("production", "v2", 18, run.id), tuple(
            self.the_run()[name] for name in ("environment", "prompt_version", "questions_generated", "id")
        ))

    def test_a_block_that_raises_reports_a_failed_run_and_raises(self):
        reporter = self.reporter()
        with self.assertRaises(ZeroDivisionError):
            with reporter.run(20):
                1 / 0
        self.await_delivered(reporter)
        run = self.the_run()
        self.assertEqual(("failed", 1, 20, 1), tuple(
            run[name] for name in ("status", "exit_code", "questions_requested", "total_errors")
        ))
        self.assertEqual({"ZeroDivisionError": 1}, run["error_summary"]["by_category"])

    def test_a_block_that_exits_reports_a_failed_run_with_that_exit_code(self):
        reporter = self.reporter()
        for reason, code in ((SystemExit(4), 4), (SystemExit("no"), 1), (SystemExit(), 0), (KeyboardInterrupt(), 130)):
            with self.subTest(repr(reason)):
                with self.assertRaises(type(reason)):
                    with reporter.run(20) as run:
                        raise reason
                self.await_delivered(reporter)
                told = self.server.ledger.runs[run.id]
                self.assertEqual(("failed", code), (told["status"], told["exit_code"]))

    def test_a_block_left_without_a_word_reports_a_failed_run(self):
        reporter = self.reporter()
        with reporter.run(20):
            pass
        self.await_delivered(reporter)
        self.assertEqual(("failed", None), (self.the_run()["status"], self.the_run()["exit_code"]))

    def test_a_summary_that_cannot_be_had_costs_the_figures_and_not_the_report(self):
        reporter = self.reporter()
        endless = {}
        endless["generation"] = endless
        for given in (Tracker(ValueError("no summary")), None, "nonsense", 7, endless):
            with self.subTest(type(given).__name__):
                run_id = reporter.report_run(given, 4, environment="production")
                self.await_delivered(reporter)
                run = self.server.ledger.runs[run_id]
                self.assertEqual(("failed", 4, "production"), (run["status"], run["exit_code"], run["environment"]))

    def test_an_argument_that_this_reporter_does_not_know_is_ignored_and_told(self):
        reporter = self.reporter()
        with log_lines() as lines:
            self.assertIsNotNone(reporter.report_run(a_summary(), 0, colour="blue"))
            self.assertIsNotNone(reporter.report_running(None, 5, colour="blue"))
        self.assertEqual(2, "\n".join(lines).count("does not know colour"))

    def test_a_call_that_cannot_be_understood_raises_nothing(self):
        reporter = self.reporter()
        self.assertIsNone(reporter.report_run(*range(20)))
        self.assertIsNone(reporter.report_running(*range(20)))

    def test_the_id_is_returned_while_the_server_is_down(self):
        reporter = self.reporter(self.nobody_listening())
        run_id = reporter.report_run(a_summary(), 0)
        self.assertEqual(run_id, str(uuid.UUID(run_id)))
        self.assertFalse(reporter.flush(0.2))
        self.assertEqual(1, len(self.files("queue")))

    def test_the_call_returns_while_the_server_still_holds_its_answer(self):
        self.server.behaviours = [hang] * 3
        reporter = self.reporter()
        self.assertIsNotNone(reporter.report_running(None, 20))
        self.assertIsNotNone(reporter.report_run(a_summary(), 0))
        self.assertFalse(self.server.released.is_set())
        self.assertEqual({}, self.server.ledger.runs)

    def test_without_url_or_key_nothing_is_reported(self):
        for url, key in ((None, "a-key"), ("", "a-key"), (self.server.url, None), (self.server.url, " ")):
            with self.subTest(url=url, key=key):
                reporter = RunReporter(url, key, spool_dir=self.spool)
                self.assertIsNone(reporter.report_run(a_summary(), 0))
                self.assertIsNone(reporter.report_running(None, 20))
                with reporter.run(20) as run:
                    self.assertIsNone(run.complete(a_summary(), 0))
        self.assertFalse(os.path.exists(self.spool))

    def test_what_question_service_reads_from_a_reporter_is_there(self):
        reporter = RunReporter("http://localhost:8000/", "a-key", spool_dir=self.spool)
        self.assertEqual(("http://localhost:8000", "a-key", 30.0), (
            reporter.backend_url, reporter.service_key, reporter.timeout
        ))

    def test_a_spool_that_cannot_be_written_costs_nothing_while_the_server_answers(self):
        with open(self.spool, "w", encoding="utf-8"):
            pass  # a file where the folder should be
        reporter = self.reporter()
        begun = reporter.report_running(None, 20)
        ended = reporter.report_run(a_summary(), 0)
        self.assertEqual((None, None), (begun, ended))
        await_that(lambda: len(self.server.ledger.posts) == 2, "both reports are posted without a spool")
        self.assertEqual("success", self.the_run()["status"])


class ConfigurationTests(ReporterTestCase):
    def from_environment(self, **variables):
        with mock.patch.dict(os.environ, {"RUNLEDGER_SPOOL_DIR": self.spool, **variables}, clear=True):
            reporter = RunReporter.from_environment(timeout=2.0)
        self._reporters.append(reporter)
        return reporter

    def test_url_and_key_come_from_the_environment(self):
        for key in ("BACKEND_SERVICE_KEY", "QS_API_KEY"):
            with self.subTest(key):
                reporter = self.from_environment(BACKEND_API_URL=self.server.url, **{key: "their-key"})
                reporter.report_run(a_summary(), 0)
                self.await_delivered(reporter)
                self.assertEqual("their-key", self.server.requests[-1][1]["x-service-key"])

    def test_reporting_is_switched_off_by_the_environment(self):
        for off in ("false", "False", "0", "no", "off"):
            with self.subTest(off):
                reporter = self.from_environment(
                    BACKEND_API_URL=self.server.url, QS_API_KEY="a-key", ENABLE_RUN_REPORTING=off
                )
                self.assertIsNone(reporter.report_run(a_summary(), 0))
        self.assertEqual([], self.server.requests)

    def test_bounds_come_from_the_environment(self):
        reporter = self.from_environment(
            BACKEND_API_URL=self.nobody_listening(), QS_API_KEY="a-key", RUNLEDGER_SPOOL_MAX_FILES="2"
        )
        answers = [reporter.report_run(a_summary(), 0) for _ in range(3)]
        self.assertIsNone(answers[2])
        self.assertEqual(2, len(self.files("queue")))

    def test_bounds_that_are_no_numbers_are_told_and_passed_over(self):
        with log_lines() as lines:
            reporter = self.from_environment(
                BACKEND_API_URL=self.server.url, QS_API_KEY="a-key", RUNLEDGER_SPOOL_MAX_FILES="many"
            )
        self.assertIn("RUNLEDGER_SPOOL_MAX_FILES is 'many'", "\n".join(lines))
        self.assertIsNotNone(reporter.report_run(a_summary(), 0))

    def test_an_address_that_is_none_only_keeps_the_report_waiting(self):
        for url in ("nonsense", "ftp://somewhere", "http://", "http://[::1", "http://host:port"):
            with self.subTest(url):
                reporter = self.reporter(url)
                self.assertIsNotNone(reporter.report_run(a_summary(), 0))
                self.assertFalse(reporter.flush(0.05))


if __name__ == "__main__":
    unittest.main()
