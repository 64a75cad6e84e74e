"""The recipes of the README, tried against a pipeline of the shape that question-service had in each of its eras."""

import os
import subprocess
import sys
import unittest

from tests.support import ReporterTestCase

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
ERAS = ("2025-12", "2026-02", "2026-04")


class EraTests(ReporterTestCase):
    def pipeline(self, era, how, *options, url=None, **variables):
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": ROOT,
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "BACKEND_API_URL": url or self.server.url,
            "BACKEND_SERVICE_KEY": "a-key",
            **variables,
        }
        command = [sys.executable, "-W", "error", "-m", "tests.question_service", era, how, *options]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)

    def the_run(self):
        self.deliver()
        self.assertEqual(1, len(self.server.ledger.runs), self.server.ledger.runs)
        self.assertEqual([], self.files("quarantine") + self.files("open"))
        (run,) = self.server.ledger.runs.values()
        self.server.ledger.runs.clear()
        return run

    def fields(self, *names):
        run = self.the_run()
        return tuple(run[name] for name in names)

    def test_a_run_that_goes_well_is_one_run_with_its_figures_with_and_without_the_recipe(self):
        for era in ERAS:
            for options in ((), ("--recipe",)):
                with self.subTest(era=era, options=options):
                    ended = self.pipeline(era, "well", *options)
                    self.assertEqual((0, ""), (ended.returncode, ended.stderr))
                    self.assertEqual(("success", 0, 10, 10, 9, 7, {"math": 10}), self.fields(
                        "status", "exit_code", "questions_requested", "questions_generated", "questions_evaluated",
                        "questions_inserted", "type_metrics",
                    ))

    def test_the_sections_of_newer_summaries_arrive(self):
        for era in ERAS[1:]:
            with self.subTest(era):
                self.pipeline(era, "well")
                cost, metrics, score = self.fields("total_cost_usd", "metrics", "min_arbiter_score_threshold")
                self.assertEqual((0.25, 7.0), (cost, score))
                self.assertEqual({"value": 3, "of": 4}, metrics["successful_retries"])
                self.assertEqual({"value": 1, "of": 2}, metrics["circuit_breakers_open"])
                self.assertEqual({"value": 1, "of": 2}, metrics["verification_parse_errors"])

    def test_a_partial_failure_is_one_whatever_the_era_calls_it(self):
        for era, code, reported in (("2025-12", 1, 1), ("2026-02", 1, 1), ("2026-04", 1, 3)):
            with self.subTest(era):
                self.assertEqual(code, self.pipeline(era, "partial", "--recipe").returncode)
                told = self.fields("status", "exit_code", "questions_inserted")
                self.assertEqual(("partial_failure", reported, 6), told)

    def test_an_early_return_left_nothing_and_is_a_failed_run_by_the_recipe(self):
        for era, code in (("2025-12", 3), ("2026-02", 3)):
            with self.subTest(era):
                self.pipeline(era, "config_error")
                self.deliver()
                self.assertEqual({}, self.server.ledger.runs, "this is what the recipe mends")
                self.assertEqual(code, self.pipeline(era, "config_error", "--recipe").returncode)
                self.assertEqual(("failed", code, 10), self.fields("status", "exit_code", "questions_requested"))

    def test_an_exception_that_main_swallows_is_a_failed_run_by_the_recipe(self):
        for era, code in (("2025-12", 2), ("2026-02", 2), ("2026-04", 1)):
            with self.subTest(era):
                self.assertEqual(code, self.pipeline(era, "unexpected", "--recipe").returncode)
                self.assertEqual(("failed", 2, 10), self.fields("status", "exit_code", "questions_requested"))

    def test_a_pipeline_that_is_killed_is_a_failed_run_by_the_recipe(self):
        for era in ERAS:
            with self.subTest(era):
                self.assertEqual(-9, self.pipeline(era, "killed", "--recipe").returncode)
                status, errors = self.fields("status", "error_summary")
                self.assertEqual(("failed", {"process_died": 1}), (status, errors["by_category"]))

    def test_what_generation_was_never_recorded_is_unknown_and_the_start_says_what_was_asked_for(self):
        self.pipeline("2025-12", "unrecorded")
        warnings, rate, requested, inserted = self.fields(
            "warnings", "overall_success_rate", "questions_requested", "questions_inserted"
        )
        self.assertEqual((None, 0, 7), (rate, requested, inserted))
        self.assertEqual(["generation_not_recorded"], [warning["type"] for warning in warnings])
        self.pipeline("2025-12", "unrecorded", "--recipe")
        self.assertEqual((None, None, 10), self.fields(
            "overall_success_rate", "generation_success_rate", "questions_requested"
        ))

    def test_a_failure_before_the_summary_has_the_figures_of_the_tracker_that_is_watched(self):
        self.pipeline("2026-04", "partial", "--recipe")
        self.fields("status")
        self.pipeline("2026-04", "unexpected", "--recipe")
        name, duration = self.fields("client_run_id", "duration_seconds")
        self.assertEqual("run-20260401-120000-abc123", name)
        self.assertGreater(duration, 0)

    def test_with_a_dead_server_the_pipelines_log_says_that_the_report_is_kept(self):
        ended = self.pipeline("2026-04", "well", url=self.nobody_listening())
        self.assertRegex(ended.stdout, r"\(ID: [0-9a-f-]{36} \(kept on disk; will be delivered\)\)")
        self.assertEqual("success", self.the_run()["status"])


if __name__ == "__main__":
    unittest.main()
