"""Blocks around a pipeline, in coroutines too; what goes on meanwhile; runs that a wrapper has begun."""

import asyncio
import contextvars
import json
import os
import threading
import unittest
import uuid
from unittest import mock

from runledger_reporter import current_run
from tests.support import ReporterTestCase, a_summary, answering, await_that, record


class Tracker:
    def __init__(self, summary):
        self.summary = summary

    def get_summary(self):
        return self.summary


class RunsTestCase(ReporterTestCase):
    def the_run(self, reporter):
        self.await_delivered(reporter)
        self.assertEqual(1, len(self.server.ledger.runs), self.server.ledger.runs)
        return next(iter(self.server.ledger.runs.values()))


class BlockTests(RunsTestCase):
    def test_a_report_within_a_block_is_the_end_of_the_blocks_run(self):
        reporter = self.reporter()
        with reporter.run(50, environment="production", prompt_version="v3") as run:
            told = self.reporter().report_run(a_summary(), 0, environment="production", client_run_id="run-1")
            self.assertEqual(run.id, told)
        stored = self.the_run(reporter)
        self.assertEqual(("success", "v3", "run-1", 18), tuple(
            stored[name] for name in ("status", "prompt_version", "client_run_id", "questions_generated")
        ))
        self.assertEqual([], self.files("open"))

    def test_a_report_of_another_environment_or_of_another_thread_is_another_run(self):
        reporter = self.reporter()
        with reporter.run(50, environment="production") as run:
            self.assertNotEqual(run.id, reporter.report_run(a_summary(), 0, environment="staging"))
            told = []
            thread = threading.Thread(target=lambda: told.append(reporter.report_run(a_summary(), 0)))
            thread.start()
            thread.join()
            self.assertNotEqual(run.id, told[0])
            context = contextvars.copy_context()
            thread = threading.Thread(target=lambda: told.append(context.run(reporter.report_run, a_summary(), 0)))
            thread.start()
            thread.join()
            self.assertEqual(run.id, told[1], "unless it works for this one")

    def test_the_second_report_within_a_block_is_a_run_of_its_own(self):
        reporter = self.reporter()
        with reporter.run(50) as run:
            self.assertEqual(run.id, reporter.report_run(a_summary(), 0))
            self.assertNotEqual(run.id, reporter.report_run(a_summary(), 0))

    def test_a_block_that_exits_by_its_pipelines_code_reports_what_the_code_means(self):
        meanings = ((0, "success"), (None, "success"), (3, "partial_failure"), (4, "failed"), ("no", "failed"))
        for code, status in meanings:
            with self.subTest(code):
                reporter = self.reporter()
                with self.assertRaises(SystemExit) as left:
                    with reporter.run(50) as run:
                        run.exit(code)
                self.assertEqual(code, left.exception.code)
                self.await_delivered(reporter)
                self.assertEqual(status, self.server.ledger.runs[run.id]["status"])

    def test_what_exit_codes_mean_can_be_told(self):
        told = (
            {"exit_codes": "question-service-before-2026-03"},
            {"exit_codes": "0=success,1=partial"},
        )
        for options in told:
            with self.subTest(options):
                reporter = self.reporter(**options)
                run_id = reporter.report_run(a_summary(), 1)
                self.await_delivered(reporter)
                self.assertEqual("partial_failure", self.server.ledger.runs[run_id]["status"])
        with mock.patch.dict(os.environ, RUNLEDGER_EXIT_CODES="plain"):
            reporter = self.reporter()
        run_id = reporter.report_run(a_summary(), 3)
        self.await_delivered(reporter)
        self.assertEqual("failed", self.server.ledger.runs[run_id]["status"])

    def test_outcomes_are_counted_wherever_the_pipeline_is(self):
        def evaluate():
            run = current_run()
            run.count("provider", "openai", evaluated=1, approved=1)
            run.count("type", "mathematical", generated=2, evaluated=1)
            run.count("model", "gpt-5.1", generated=1, cost_usd=0.25)
            run.metric("toxicity", 1, of=20)
            run.metric("reviewer_minutes", 2.5)

        reporter = self.reporter()
        with reporter.run(50) as run:
            evaluate()
            evaluate()
            run.complete(a_summary(), 0)
        evaluate()  # nobody's
        stored = self.the_run(reporter)
        self.assertEqual({"evaluated": 2, "approved": 2}, stored["provider_metrics"]["openai"])
        self.assertEqual({"math": 4}, stored["type_metrics"])
        self.assertEqual({
            "type": {"math": {"generated": 4, "evaluated": 2}},
            "model": {"gpt-5.1": {"generated": 2, "cost_usd": 0.5}},
        }, stored["breakdowns"])
        self.assertEqual(
            {"toxicity": {"value": 2, "of": 40}, "reviewer_minutes": {"value": 5.0}}, stored["metrics"]
        )

    def test_a_count_that_is_no_number_is_told_and_costs_nothing_else(self):
        reporter = self.reporter()
        with reporter.run(50) as run:
            run.count("provider", "openai", evaluated="many")
            run.count("provider", "openai", evaluated=float("nan"), approved=1)
            run.metric("toxicity", None)
            run.complete(a_summary(), 0)
        stored = self.the_run(reporter)
        self.assertEqual({"openai": {"approved": 1}}, stored["provider_metrics"])
        self.assertNotIn("metrics", stored)

    def test_a_run_that_raises_has_the_figures_of_the_tracker_that_it_watches(self):
        reporter = self.reporter()
        with self.assertRaises(LookupError):
            with reporter.run(50, metrics_tracker=Tracker(a_summary())):
                raise LookupError("no questions")
        stored = self.the_run(reporter)
        self.assertEqual(("failed", 18, {"LookupError": 1}), (
            stored["status"], stored["questions_generated"], stored["error_summary"]["by_category"]
        ))

    def test_an_end_without_a_summary_takes_what_was_asked_for_from_the_start(self):
        reporter = self.reporter()
        with reporter.run(50, started_at="2026-11-23T08:00:00Z") as run:
            run.complete({"execution": {"end_time": None, "duration_seconds": 0.0}, "generation": {"requested": 0}}, 0)
        stored = self.the_run(reporter)
        self.assertEqual((50, "2026-11-23T08:00:00Z"), (stored["questions_requested"], stored["started_at"]))
        self.assertGreater(stored["duration_seconds"], 0, "0 only said that nobody had ended it")


class CoroutineTests(RunsTestCase):
    def test_a_block_in_a_coroutine_reports_its_run_without_writing_on_the_event_loop(self):
        reporter = self.reporter()
        writers = set()
        put = reporter._spool.put

        def recorded_put(*arguments, **named):
            writers.add(threading.current_thread())
            return put(*arguments, **named)

        reporter._spool.put = recorded_put
        self.addCleanup(lambda: reporter._spool.__dict__.pop("put", None))

        async def pipeline():
            async with reporter.run(50, environment="production") as run:
                self.assertEqual(1, len(self.files("open")), "the start is on disk when the block is entered")
                run.count("provider", "openai", evaluated=1)
                self.assertIs(run, current_run())
                run.complete(a_summary(), 3)
            self.assertEqual([], self.files("open"), "the end when it is left")

        asyncio.run(pipeline())
        self.assertEqual("partial_failure", self.the_run(reporter)["status"])
        self.assertNotIn(threading.current_thread(), writers)

    def test_a_coroutine_that_raises_or_is_cancelled_is_a_failed_run(self):
        reporter = self.reporter()

        async def raises():
            async with reporter.run(50, environment="raises"):
                raise LookupError("no questions")

        async def waits(entered):
            async with reporter.run(50, environment="waits"):
                entered.set()
                await asyncio.Event().wait()

        async def main():
            with self.assertRaises(LookupError):
                await raises()
            entered = asyncio.Event()
            task = asyncio.ensure_future(waits(entered))
            await entered.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        self.await_delivered(reporter)
        self.assertEqual({"raises": {"LookupError": 1}, "waits": {"CancelledError": 1}}, {
            run["environment"]: run["error_summary"]["by_category"] for run in self.server.ledger.runs.values()
        })

    def test_runs_side_by_side_know_their_own_reports(self):
        reporter = self.reporter()

        async def pipeline(number):
            async with reporter.run(50, environment="e") as run:
                await asyncio.sleep(0)
                told = await asyncio.get_running_loop().run_in_executor(
                    None, contextvars.copy_context().run, reporter.report_run, a_summary(), 0
                )
                return run.id == told

        async def main():
            return await asyncio.gather(*[pipeline(number) for number in range(10)])

        self.assertEqual([True] * 10, asyncio.run(main()))
        self.await_delivered(reporter)
        self.assertEqual(10, len(self.server.ledger.runs))

    def test_a_plain_block_in_a_coroutine_reports_too(self):
        reporter = self.reporter()

        async def pipeline():
            with reporter.run(50) as run:
                run.complete(a_summary(), 0)

        asyncio.run(pipeline())
        self.assertEqual(["running", "success"], [post["status"] for post in self.posts(reporter)])

    def posts(self, reporter):
        self.await_delivered(reporter)
        return self.server.ledger.posts


class HeartbeatTests(RunsTestCase):
    def beats(self):
        return [
            json.loads(body) for (_, path, _), _, body in self.server.requests if path.endswith("/heartbeat")
        ]

    def test_a_run_that_goes_on_says_so_with_its_figures_so_far(self):
        reporter = self.reporter(heartbeat_seconds=0.02)
        with reporter.run(50, metrics_tracker=Tracker(a_summary())) as run:
            run.count("provider", "openai", evaluated=1)
            await_that(lambda: len(self.beats()) >= 2, "it beats")
            beat = self.beats()[1]
            path = next(path for (_, path, _), _, _ in self.server.requests if path.endswith("/heartbeat"))
            run.complete(a_summary(), 0)
        self.assertEqual("/v1/admin/generation-runs/%s/heartbeat" % run.id, path)
        self.assertRegex(beat["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$")
        self.assertEqual((0.02, 20, 18, 12, {"openai": {"evaluated": 1}}), tuple(beat[name] for name in (
            "interval_seconds", "questions_requested", "questions_generated", "questions_approved", "provider_metrics"
        )))
        self.assertEqual(set(), {"status", "exit_code", "completed_at", "approval_rate"} & set(beat))
        await_that(lambda: reporter._heartbeats._thread is None, "it stops when the run has ended")
        self.assertEqual("success", self.the_run(reporter)["status"])

    def test_a_run_without_figures_beats_without_zeros(self):
        reporter = self.reporter(heartbeat_seconds=0.02)
        reporter.report_running(None, 50)
        await_that(self.beats, "it beats")
        self.assertEqual({"at", "interval_seconds", "questions_requested"}, set(self.beats()[0]))

    def test_a_server_that_knows_no_heartbeats_is_asked_less_and_less_and_no_report_suffers(self):
        def without_heartbeats(handler, body):
            is_report = b'"status"' in body
            return (record if is_report else answering(404, {"detail": "Not Found"}))(handler, body)

        self.server.behaviours = [without_heartbeats] * 1000
        reporter = self.reporter(heartbeat_seconds=0.02)
        with reporter.run(50) as run:
            await_that(lambda: len(self.beats()) == 3, "it beats all the same")
            run.complete(a_summary(), 0)
        self.assertEqual("success", self.the_run(reporter)["status"])
        self.assertEqual([], self.files("quarantine"))
        heartbeats = self.reporter(heartbeat_seconds=30)._heartbeats
        self.assertEqual([60, 600, 30, 30], [
            heartbeats._next_pause(pause, statuses)
            for pause, statuses in ((30, [404]), (400, [405, 501]), (600, [204]), (600, [404, None]))
        ])

    def test_heartbeats_can_be_switched_off(self):
        with mock.patch.dict(os.environ, RUNLEDGER_HEARTBEAT_SECONDS="0"):
            reporter = self.reporter()
        with reporter.run(50):
            self.assertIsNone(reporter._heartbeats._thread)


class WrapperTests(RunsTestCase):
    """What a process does whose wrapper has begun its run."""

    def wrapped(self, **payload):
        run_id = str(uuid.uuid4())
        start = {"id": run_id, "status": "running", "started_at": "2026-11-23T08:00:00.000000Z"}
        self.lay_open_file({**start, "questions_requested": 40, "environment": "production", **payload})
        variables = {"RUNLEDGER_RUN_ID": run_id, "RUNLEDGER_RUN_OPEN_FILE": self.path("open", run_id + ".json")}
        patch = mock.patch.dict(os.environ, variables)
        patch.start()
        self.addCleanup(patch.stop)
        return run_id

    def test_the_first_report_is_the_wrappers_run_and_takes_its_open_file_away(self):
        run_id = self.wrapped(prompt_version="v9")
        reporter = self.reporter()
        self.assertEqual(run_id, reporter.report_run(a_summary(), 0, triggered_by="scheduler", client_run_id="mine"))
        self.assertEqual([], self.files("open"), "by this the wrapper knows that it has nothing to add")
        stored = self.the_run(reporter)
        self.assertEqual(("production", "scheduler", "v9", "mine"), tuple(
            stored[name] for name in ("environment", "triggered_by", "prompt_version", "client_run_id")
        ))
        self.assertNotEqual(run_id, reporter.report_run(a_summary(), 0), "the second is a run of its own")

    def test_a_start_and_its_end_are_the_wrappers_run(self):
        run_id = self.wrapped()
        reporter = self.reporter()
        self.assertEqual(run_id, reporter.report_running("2026-11-23T08:00:05Z", 0))
        self.assertEqual([run_id + ".json"], self.files("open"), "the wrapper's")
        self.assertEqual(run_id, reporter.report_run({"generation": {"generated": 3}}, 0))
        stored = self.the_run(reporter)
        self.assertEqual(("2026-11-23T08:00:00.000000Z", 40), (stored["started_at"], stored["questions_requested"]))

    def test_a_block_is_the_wrappers_run_and_what_it_does_not_end_the_wrapper_does(self):
        run_id = self.wrapped()
        reporter = self.reporter()
        run = reporter.run(50)
        self.assertEqual(run_id, run.id)
        reporter._delivery.end_as_died(run._open)  # the process ends
        self.assertEqual([run_id + ".json"], self.files("open"))
        self.await_delivered(reporter)
        self.assertEqual("running", self.server.ledger.runs[run_id]["status"])
        run.complete(a_summary(), 0)
        self.assertEqual([], self.files("open"))

    def test_a_second_pipeline_of_a_wrapped_script_reports_a_run_of_its_own(self):
        run_id = self.wrapped()
        os.unlink(self.path("open", run_id + ".json"))  # the first has ended the wrapper's run
        self.assertNotEqual(run_id, self.reporter().report_run(a_summary(), 0))

    def test_an_id_without_a_file_is_joined_once(self):
        run_id = str(uuid.uuid4())
        with mock.patch.dict(os.environ, RUNLEDGER_RUN_ID=run_id):
            reporter = self.reporter()
            self.assertEqual(run_id, reporter.report_run(a_summary(), 0))
            self.assertNotEqual(run_id, reporter.report_run(a_summary(), 0))

    def test_a_process_that_hands_its_own_run_on_to_its_children_does_not_join_itself(self):
        reporter = self.reporter()
        with reporter.run(50) as run:
            with mock.patch.dict(os.environ, RUNLEDGER_RUN_ID=run.id):
                self.assertNotEqual(run.id, reporter.run(50).id)

    def test_a_completion_that_cannot_be_kept_leaves_the_open_file_to_the_wrapper(self):
        run_id = self.wrapped()
        reporter = self.reporter(self.nobody_listening(), max_files=0)
        self.assertIsNone(reporter.report_run(a_summary(), 0))
        self.assertEqual([run_id + ".json"], self.files("open"))


if __name__ == "__main__":
    unittest.main()
