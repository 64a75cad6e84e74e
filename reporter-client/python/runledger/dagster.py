"""A Dagster hook: ops become runs, without a change to what they do::

    from runledger.dagster import op_hooks

    @job(hooks=op_hooks(environment="production"))
    def questions():
        generate()

An op that returns a MetricsTracker summary brings its figures; one that reports from within (``RunReporter``) under
the name ``run_name(context)`` is that same run.
"""

from __future__ import annotations

import datetime
from typing import Any, Callable, Optional, Set

from runledger.hooks import HookReporter, name_of
from runledger_reporter import RunReporter, _never_raises


def op_hooks(
    *,
    questions_requested: int = 0,
    summary: Optional[Callable[[Any], Any]] = None,
    reporter: Optional[RunReporter] = None,
    **context: Any,
) -> Set[Any]:
    """The hooks of a job or an op; they need Dagster, which is imported here.

    :param summary: finds the figures in Dagster's HookContext; by default what the op has put out
    :param context: environment, prompt_version, ... of every run
    """
    from dagster import failure_hook, success_hook  # type: ignore[import]

    hook = HookReporter(reporter, triggered_by="dagster", questions_requested=questions_requested, **context)

    @_never_raises
    def end(dagster: Any, error: Any = None) -> None:
        started_at, ended_at = _times(dagster)
        hook.end(
            run_name(dagster),
            error=error,
            summary=lambda: summary(dagster) if summary else _summary_of(dagster),
            started_at=started_at,
            ended_at=ended_at,
        )

    @success_hook(name="runledger_success")  # type: ignore[misc]
    def succeed(context: Any) -> None:
        end(context)

    @failure_hook(name="runledger_failure")  # type: ignore[misc]
    def fail(context: Any) -> None:
        end(context, getattr(context, "op_exception", None) or "op_failed")

    return {succeed, fail}


def run_name(context: Any) -> str:
    """The ``client_run_id`` under which an op is reported; for a HookContext or an OpExecutionContext."""
    step = getattr(context, "step_key", None) or context.op.name
    return name_of("dagster", context.job_name, context.run_id, step)


def _summary_of(context: Any) -> Any:
    outputs = context.op_output_values
    return outputs.get("summary", outputs.get("result"))


def _times(context: Any) -> Any:
    """When the step began and ended, as far as the instance knows."""
    try:
        (stats,) = context.instance.get_run_step_stats(context.run_id, [context.step_key])
        return tuple(
            datetime.datetime.fromtimestamp(moment, datetime.timezone.utc) if moment else None
            for moment in (stats.start_time, stats.end_time)
        )
    except Exception:
        return None, None
