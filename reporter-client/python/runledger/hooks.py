"""What the hooks of schedulers share: runs that begin and end in processes that know each other by name only."""

from __future__ import annotations

import hashlib
import logging
import os
from typing import Any, Callable, Dict, Mapping, Optional

from runledger_reporter import RunReporter, _failure, _Figures, completion_payload, start_payload

_log = logging.getLogger("runledger_reporter")
_FLUSH_SECONDS = 2.0
_LONGEST_NAME = 100
_SECTIONS = ("execution", "generation", "evaluation", "overall")


class HookReporter:
    """Reports runs for a scheduler's hooks. No call raises; none waits longer than two seconds for the server.

    An end reported here gives way to the one that a reporter within the run has sent, which knows more.

    :param context: environment, prompt_version, ... of every run
    """

    def __init__(self, reporter: Optional[RunReporter] = None, **context: Any) -> None:
        self._reporter = reporter
        self._context = context

    def begin(self, name: str, **known: Any) -> None:
        """Reports that a run has begun, to which a reporter within this process then belongs."""

        def work(reporter: RunReporter) -> None:
            payload = start_payload(known.pop("started_at", None), client_run_id=name, **{**self._context, **known})
            os.environ["RUNLEDGER_RUN_ID"] = payload["id"]
            os.environ.pop("RUNLEDGER_RUN_OPEN_FILE", None)
            reporter._delivery.keep_start(payload)

        self._quietly(work)

    def end(
        self,
        name: str,
        *,
        error: Any = None,
        summary: Optional[Callable[[], Any]] = None,
        started_at: Any = None,
        ended_at: Any = None,
        **known: Any,
    ) -> None:
        """Reports that a run has ended, badly if there is an error; ``summary`` finds its figures, if there are any."""

        def work(reporter: RunReporter) -> None:
            figures = _summary_in(summary)
            execution = {"start_time": started_at, "end_time": ended_at, **(figures.get("execution") or {})}
            payload = completion_payload(
                {**figures, "execution": execution},
                None,
                client_run_id=name,
                status="success" if error is None else "failed",
                **{**self._context, **known},
            )
            if error is not None and payload["error_summary"] is None:
                category = type(error).__name__ if isinstance(error, BaseException) else str(error)
                payload.update(_failure(category, payload))
            if os.environ.get("RUNLEDGER_RUN_ID") == payload["id"]:
                del os.environ["RUNLEDGER_RUN_ID"]
            reporter._delivery.keep_end(payload, None, gives_way=True)
            reporter.flush(_FLUSH_SECONDS)  # schedulers end their processes without a word

        self._quietly(work)

    def _quietly(self, work: Callable[[RunReporter], None]) -> None:
        try:
            if self._reporter is None:
                self._reporter = RunReporter.from_environment()
            if self._reporter.enabled:
                work(self._reporter)
        except Exception:
            _log.exception("A hook failed; the scheduler goes on")


def name_of(*parts: Any) -> str:
    """A name for a run that is the same in every process; what would be too long ends in its hash."""
    name = ":".join(str(part) for part in parts if part is not None)
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode("utf-8")).hexdigest()[:16]
    return "%s#%s" % (name[: _LONGEST_NAME - 17], digest)


def _summary_in(summary: Optional[Callable[[], Any]]) -> Dict[str, Any]:
    """The figures, if what is found is a MetricsTracker, a RunSummary or the summary of one."""
    if summary is None:
        return {}
    try:
        found = summary()
    except Exception as failure:
        _log.warning("There is no summary to be had: %s", failure)
        return {}
    is_summary = isinstance(found, Mapping) and any(name in found for name in _SECTIONS)
    if not is_summary and not any(hasattr(found, name) for name in ("to_summary_dict", "get_summary")):
        return {}
    return _Figures.of(found).summary
