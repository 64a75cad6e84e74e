"""Airflow callbacks (2.x and 3.x): tasks or whole DAG runs become runs, without a change to what they do::

    from runledger.airflow import task_callbacks

    PythonOperator(task_id="generate", python_callable=main, **task_callbacks(environment="production"))

Each try of a task is a run. A task that returns a MetricsTracker summary brings its figures; one that reports from
within (``RunReporter``) is that same run.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Mapping, Optional

from runledger.hooks import HookReporter, name_of
from runledger_reporter import RunReporter, _never_raises

Context = Mapping[str, Any]
Callback = Callable[[Context], None]


def task_callbacks(
    *,
    questions_requested: int = 0,
    summary: Optional[Callable[[Context], Any]] = None,
    reporter: Optional[RunReporter] = None,
    **context: Any,
) -> Dict[str, Callback]:
    """Arguments of an operator, or ``default_args`` of a DAG.

    :param summary: finds the figures in Airflow's context; by default what the task has returned
    :param context: environment, prompt_version, ... of every run
    """
    hook = HookReporter(reporter, **context)

    @_never_raises
    def begin(airflow: Context) -> None:
        task = _task(airflow)
        hook.begin(
            _name_of_task(task),
            started_at=getattr(task, "start_date", None),
            questions_requested=questions_requested,
            triggered_by=_trigger(airflow),
        )

    @_never_raises
    def end(airflow: Context, error: Any = None) -> None:
        task = _task(airflow)
        hook.end(
            _name_of_task(task),
            error=error,
            summary=lambda: summary(airflow) if summary else task.xcom_pull(task_ids=task.task_id),
            started_at=getattr(task, "start_date", None),
            ended_at=getattr(task, "end_date", None),
            questions_requested=questions_requested,
            triggered_by=_trigger(airflow),
        )

    @_never_raises
    def fail(airflow: Context) -> None:
        end(airflow, airflow.get("exception") or "task_failed")

    return {
        "on_execute_callback": begin,
        "on_success_callback": end,
        "on_failure_callback": fail,
        "on_retry_callback": fail,
    }


def dag_callbacks(
    *,
    questions_requested: int = 0,
    summary: Optional[Callable[[Context], Any]] = None,
    reporter: Optional[RunReporter] = None,
    **context: Any,
) -> Dict[str, Callback]:
    """Arguments of a DAG: each of its runs is one run, reported when it has ended.

    :param summary: finds the figures in Airflow's context, such as ``lambda c: c["ti"].xcom_pull(task_ids="generate")``
    """
    hook = HookReporter(reporter, **context)

    @_never_raises
    def end(airflow: Context, error: Any = None) -> None:
        dag_run = airflow["dag_run"]
        hook.end(
            name_of("airflow", dag_run.dag_id, dag_run.run_id),
            error=error,
            summary=functools.partial(summary, airflow) if summary else None,
            started_at=getattr(dag_run, "start_date", None),
            ended_at=getattr(dag_run, "end_date", None),
            questions_requested=questions_requested,
            triggered_by=_trigger(airflow),
        )

    @_never_raises
    def fail(airflow: Context) -> None:
        end(airflow, airflow.get("exception") or airflow.get("reason") or "dag_run_failed")

    return {"on_success_callback": end, "on_failure_callback": fail}


def _task(airflow: Context) -> Any:
    return airflow.get("ti") or airflow["task_instance"]


def _name_of_task(task: Any) -> str:
    # Until 2.9, try_number means the next try once the task has ended; _try_number is always that of this one.
    number = getattr(task, "_try_number", None) or getattr(task, "try_number", None)
    mapped = getattr(task, "map_index", -1)
    return name_of(
        "airflow", task.dag_id, task.run_id, task.task_id, mapped if mapped not in (None, -1) else None, number
    )


def _trigger(airflow: Context) -> str:
    kind = getattr(airflow.get("dag_run"), "run_type", None)
    return "airflow:%s" % getattr(kind, "value", kind) if kind else "airflow"
