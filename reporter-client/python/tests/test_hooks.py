"""Hooks of schedulers, with contexts of the shape that Airflow 2.11, Airflow 3.0 and Dagster 1.11 hand to them.

The schedulers themselves are no dependency: the contexts are built here, attribute by attribute, as their sources do.
"""

import datetime
import enum
import os
import sys
import types
import unittest
from unittest import mock

from runledger.airflow import dag_callbacks, task_callbacks
from runledger.dagster import op_hooks, run_name
from runledger.hooks import name_of
from runledger_reporter import run_id_of
from tests.support import ReporterTestCase, a_summary, await_that

UTC = datetime.timezone.utc
STARTED_AT = datetime.datetime(2026, 11, 26, 3, 0, 0, 123456, tzinfo=UTC)
ENDED_AT = datetime.datetime(2026, 11, 26, 3, 5, 0, tzinfo=UTC)


class DagRunType(str, enum.Enum):
    SCHEDULED = "scheduled"


class TaskInstance:
    """A try of a task: as Airflow 2.11 stores it, and as Airflow 3.0's runner has it (``RuntimeTaskInstance``)."""

    def __init__(self, returned=None, try_number=1, map_index=-1, end_date=None):
        self.dag_id, self.task_id = "questions", "generate"
        self.run_id = "scheduled__2026-11-26T03:00:00+00:00"
        self.try_number, self.map_index = try_number, map_index
        self.start_date, self.end_date = STARTED_AT, end_date
        self.state = "running"
        self._returned = returned

    def xcom_pull(self, task_ids=None, key="return_value", **others):
        if isinstance(self._returned, Exception):
            raise self._returned
        return self._returned if task_ids == "generate" and key == "return_value" else None


class OldTaskInstance(TaskInstance):
    """Before Airflow 2.10: once a try has ended, try_number is that of the next."""

    @property
    def try_number(self):
        return self._try_number if self.state == "running" else self._try_number + 1

    @try_number.setter
    def try_number(self, number):
        self._try_number = number


class HookTestCase(ReporterTestCase):
    def setUp(self):
        super().setUp()
        patch = mock.patch.dict(os.environ)
        patch.start()
        self.addCleanup(patch.stop)

    def run_of(self, name):
        await_that(lambda: run_id_of(name) in self.server.ledger.runs, name + " is reported")
        return self.server.ledger.runs[run_id_of(name)]


class AirflowTests(HookTestCase):
    NAME = "airflow:questions:scheduled__2026-11-26T03:00:00+00:00:generate:1"

    def context(self, task=None, **more):
        dag_run = types.SimpleNamespace(
            dag_id="questions", run_id="scheduled__2026-11-26T03:00:00+00:00", run_type=DagRunType.SCHEDULED,
            logical_date=STARTED_AT, start_date=STARTED_AT, end_date=None, state="running", conf={},
        )
        task = task or TaskInstance()
        return {"dag_run": dag_run, "ti": task, "task_instance": task, "run_id": dag_run.run_id, "params": {}, **more}

    def callbacks(self, **options):
        options = {"questions_requested": 50, "environment": "production", **options}
        return task_callbacks(reporter=self.reporter(), **options)

    def test_a_task_that_succeeds_is_a_run_with_the_figures_that_it_returned(self):
        for returned, figures in ((a_summary(), 18), (None, 0), (7, 0), ("done", 0), (LookupError("no xcom"), 0)):
            with self.subTest(returned=returned):
                self.server.ledger.runs.clear()
                self.server.ledger.posts.clear()
                callbacks = self.callbacks()
                task = TaskInstance(returned)
                callbacks["on_execute_callback"](self.context(task))
                self.assertEqual("running", self.run_of(self.NAME)["status"])
                self.assertEqual([], self.files("open"), "another process goes on with it")
                task.end_date = ENDED_AT
                callbacks["on_success_callback"](self.context(task))
                run = self.run_of(self.NAME)
                told = tuple(run[name] for name in ("status", "environment", "triggered_by", "questions_generated"))
                self.assertEqual(("success", "production", "airflow:scheduled", figures), told)
                self.assertEqual(2, len(self.server.ledger.posts))

    def test_times_are_airflows_where_no_summary_knows_better(self):
        task = TaskInstance(end_date=ENDED_AT)
        self.callbacks()["on_success_callback"](self.context(task))
        run = self.run_of(self.NAME)
        self.assertEqual((STARTED_AT.isoformat(), ENDED_AT.isoformat(), 50), tuple(
            run[name] for name in ("started_at", "completed_at", "questions_requested")
        ))

    def test_a_task_that_fails_names_the_exception_and_each_try_is_a_run(self):
        callbacks = self.callbacks()
        for kind in (TaskInstance, OldTaskInstance):
            for number, callback in ((1, "on_retry_callback"), (2, "on_failure_callback")):
                with self.subTest(kind.__name__, number=number):
                    self.server.ledger.runs.clear()
                    task = kind(try_number=number)
                    callbacks["on_execute_callback"](self.context(task))
                    task.state = "failed"
                    callbacks[callback](self.context(task, exception=LookupError("no questions")))
                    run = self.run_of(self.NAME[:-1] + str(number))
                    categories = run["error_summary"]["by_category"]
                    self.assertEqual(("failed", {"LookupError": 1}), (run["status"], categories))
                    self.assertEqual(1, len(self.server.ledger.runs))

    def test_a_mapped_task_is_a_run_for_each_index(self):
        callbacks = self.callbacks()
        for index in (0, 1):
            callbacks["on_success_callback"](self.context(TaskInstance(map_index=index)))
        self.assertEqual("success", self.run_of(self.NAME.replace("generate:1", "generate:0:1"))["status"])
        self.assertEqual("success", self.run_of(self.NAME.replace("generate:1", "generate:1:1"))["status"])

    def test_a_reporter_within_the_task_tells_the_same_run_and_knows_better(self):
        callbacks = self.callbacks()
        callbacks["on_execute_callback"](self.context())
        within = self.reporter()
        told = within.report_run(a_summary(), 3, environment="production")
        self.await_delivered(within)
        callbacks["on_success_callback"](self.context())
        self.await_delivered(within)
        self.assertEqual(run_id_of(self.NAME), told)
        self.assertEqual("partial_failure", self.run_of(self.NAME)["status"])
        self.assertEqual(1, len(self.server.ledger.runs))
        self.assertEqual([], self.files("quarantine"))
        self.assertNotIn("RUNLEDGER_RUN_ID", os.environ)

    def test_a_dag_run_is_a_run(self):
        callbacks = dag_callbacks(
            reporter=self.reporter(), summary=lambda context: context["ti"].xcom_pull(task_ids="generate")
        )
        context = self.context(TaskInstance(a_summary()), reason="success")
        callbacks["on_success_callback"](context)
        name = "airflow:questions:" + context["run_id"]
        run = self.run_of(name)
        self.assertEqual(("success", 18, "airflow:scheduled"), tuple(
            run[name] for name in ("status", "questions_generated", "triggered_by")
        ))
        self.server.ledger.runs.clear()
        callbacks["on_failure_callback"](self.context(reason="task_failure"))
        run = self.run_of(name)
        self.assertEqual(("failed", {"task_failure": 1}), (run["status"], run["error_summary"]["by_category"]))

    def test_no_callback_fails_airflow(self):
        callbacks = self.callbacks()
        for callback in callbacks.values():
            callback(self.context(types.SimpleNamespace(
                dag_id="d", run_id="r", task_id="t", try_number=1, map_index=-1, start_date=object()
            )))
            callback({})
        with mock.patch.dict(os.environ, {"BACKEND_API_URL": "", "RUNLEDGER_SPOOL_DIR": self.spool}):
            task_callbacks()["on_success_callback"](self.context())

    def test_a_name_that_would_be_too_long_is_cut_and_still_its_own(self):
        long = [name_of("airflow", "d" * 90, "r", "t%d" % number) for number in range(2)]
        self.assertEqual([100, 100], [len(name) for name in long])
        self.assertNotEqual(*long)


class HookContext:
    """What Dagster 1.11 hands to an op hook, as far as it is public."""

    def __init__(self, outputs=None, op_exception=None, stats=()):
        self.job_name, self.run_id = "questions_job", "4f0c2b3a-0000-4000-8000-0123456789ab"
        self.op = types.SimpleNamespace(name="generate")
        self.step_key = "generate"
        self.op_exception = op_exception
        self.op_output_values = outputs or {}
        self.instance = types.SimpleNamespace(get_run_step_stats=lambda run_id, step_keys: list(stats))


class DagsterTests(HookTestCase):
    NAME = "dagster:questions_job:4f0c2b3a-0000-4000-8000-0123456789ab:generate"

    def hooks(self, **options):
        """The hooks by name, from decorators of the shape that Dagster's have: they keep the function that they get."""

        class Hook:
            def __init__(self, name, function):
                self.name, self.function = name, function

        def making(name=None, required_resource_keys=None):
            return lambda function: Hook(name, function)

        dagster = types.ModuleType("dagster")
        dagster.success_hook = dagster.failure_hook = making
        with mock.patch.dict(sys.modules, dagster=dagster):
            return {hook.name: hook.function for hook in op_hooks(reporter=self.reporter(), **options)}

    def test_an_op_that_succeeds_is_a_run_with_the_figures_that_it_put_out(self):
        stats = types.SimpleNamespace(start_time=STARTED_AT.timestamp(), end_time=ENDED_AT.timestamp())
        for outputs in ({"result": a_summary()}, {"summary": a_summary(), "result": 7}):
            with self.subTest(sorted(outputs)):
                self.server.ledger.runs.clear()
                context = HookContext(outputs, stats=[stats])
                self.hooks(environment="production", questions_requested=50)["runledger_success"](context)
                run = self.run_of(self.NAME)
                self.assertEqual(("success", "production", "dagster", 18, 20), tuple(run[name] for name in (
                    "status", "environment", "triggered_by", "questions_generated", "questions_requested"
                )))
                self.assertEqual(self.NAME, run_name(context))

    def test_an_op_that_fails_names_the_exception_and_has_dagsters_times(self):
        stats = types.SimpleNamespace(start_time=STARTED_AT.timestamp(), end_time=ENDED_AT.timestamp())
        context = HookContext(op_exception=LookupError("no questions"), stats=[stats])
        self.hooks(questions_requested=50)["runledger_failure"](context)
        run = self.run_of(self.NAME)
        self.assertEqual(("failed", {"LookupError": 1}, 50, STARTED_AT.isoformat(), ENDED_AT.isoformat()), (
            run["status"], run["error_summary"]["by_category"], run["questions_requested"],
            run["started_at"], run["completed_at"],
        ))

    def test_no_hook_fails_dagster(self):
        for hook in self.hooks().values():
            hook(HookContext(outputs={"result": object()}))
            hook(None)
        self.assertIn(self.run_of(self.NAME)["status"], ("success", "failed"))


if __name__ == "__main__":
    unittest.main()
