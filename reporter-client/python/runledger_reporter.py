"""Reports question-generation runs to Runledger, and never disturbs the pipeline that runs.

One file, standard library only, Python 3.9 and later. In place of the reporter that question-service always had::

    reporter = RunReporter(backend_url, service_key)
    reporter.report_running(started_at, questions_requested=50, environment="production", triggered_by="scheduler")
    ...
    reporter.report_run(metrics_tracker, exit_code=0, environment="production", triggered_by="scheduler")

or, so that a run that dies half-way is reported too::

    with RunReporter.from_environment().run(questions_requested=50) as run:
        ...
        run.complete(metrics_tracker, exit_code=0)

A report is on disk (see SPOOL.md) when the call returns; a daemon thread delivers it, this process's or the next one's.
No call raises, prints or waits for the network. Calls may come from any thread. A forked child starts afresh: the runs
of its parent stay its parent's, and it delivers with a thread of its own. Without POSIX record locks (Windows) there is
no spool: a report is tried once.
"""

from __future__ import annotations

import atexit
import datetime
import email.utils
import enum
import errno
import functools
import http.client
import io
import json
import logging
import math
import numbers
import os
import random
import re
import secrets
import threading
import time
import urllib.request
import uuid
import weakref
from collections.abc import Mapping
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

__all__ = ["Run", "RunReporter", "completion_payload", "died_payload", "run_id_of", "start_payload"]
__version__ = "0.1.0"

_log = logging.getLogger("runledger_reporter")
_log.addHandler(logging.NullHandler())  # or else warnings reach stderr in a pipeline that has set up no logging

_EXIT_STATUS = {0: "success", 3: "partial_failure", 1: "failed", 2: "failed", 4: "failed", 5: "failed", 6: "failed"}
_CLIENT_RUN_IDS = uuid.UUID("6f1d2c0e-52a5-5b53-9d3b-0b1e8a7c4f10")  # the server's: it derives the same ids


def run_id_of(client_run_id: str) -> str:
    """The id of the run that its reporter calls by this name: the same in every process and language."""
    return str(uuid.uuid5(_CLIENT_RUN_IDS, "client_run_id:%s" % client_run_id))


def completion_payload(
    summary: Any,
    exit_code: Optional[int],
    *,
    id: Optional[str] = None,
    client_run_id: Optional[str] = None,
    reported_at: Optional[str] = None,
    status: Optional[str] = None,
    environment: Optional[str] = None,
    triggered_by: Optional[str] = None,
    prompt_version: Optional[str] = None,
    arbiter_config_version: Optional[str] = None,
    min_arbiter_score_threshold: Optional[float] = None,
) -> Dict[str, Any]:
    """What is posted at the end of a run, given a MetricsTracker summary. The rules are those of vectors/README.md.

    :param reported_at: ISO 8601, stands in for a start that the summary does not tell
    :param status: overrules what exit code and counts say
    """
    known = _known(locals())
    summary = _json_value(summary, "summary")
    execution = _section(summary, "execution")
    generation = _section(summary, "generation")
    evaluation = _section(summary, "evaluation")
    deduplication = _section(summary, "deduplication")
    database = _section(summary, "database")
    api = _section(summary, "api")
    overall = _section(summary, "overall")
    cost = _section(summary, "cost")
    ended_at = execution.get("end_time")
    payload = {
        "id": known["id"],
        "client_run_id": known["client_run_id"],
        "started_at": execution.get("start_time") or ended_at or known["reported_at"] or _now(),
        "completed_at": ended_at,
        "duration_seconds": execution.get("duration_seconds"),
        "status": known["status"] or _status(known["exit_code"], overall),
        "exit_code": known["exit_code"],
        "questions_requested": _count(generation, "requested"),
        "questions_generated": _count(generation, "generated"),
        "generation_failures": _count(generation, "failed"),
        "generation_success_rate": generation.get("success_rate"),
        "questions_evaluated": _count(evaluation, "evaluated"),
        "questions_approved": _count(evaluation, "approved"),
        "questions_rejected": _count(evaluation, "rejected"),
        "approval_rate": evaluation.get("approval_rate"),
        "avg_arbiter_score": evaluation.get("average_score"),
        "min_arbiter_score": evaluation.get("min_score"),
        "max_arbiter_score": evaluation.get("max_score"),
        "duplicates_found": _count(deduplication, "duplicates_found"),
        "exact_duplicates": _count(deduplication, "exact_duplicates"),
        "semantic_duplicates": _count(deduplication, "semantic_duplicates"),
        "duplicate_rate": deduplication.get("duplicate_rate"),
        "questions_inserted": _count(database, "inserted"),
        "insertion_failures": _count(database, "failed"),
        "overall_success_rate": overall.get("overall_success_rate"),
        "total_errors": _count(overall, "total_errors"),
        "total_api_calls": _count(api, "total_calls"),
        "provider_metrics": _provider_metrics(_section(generation, "by_provider"), _section(api, "by_provider")),
        "type_metrics": _section(generation, "by_type") or None,
        "difficulty_metrics": _section(generation, "by_difficulty") or None,
        "error_summary": _error_summary(_section(summary, "error_classification")),
        "prompt_version": known["prompt_version"],
        "arbiter_config_version": known["arbiter_config_version"],
        "min_arbiter_score_threshold": known["min_arbiter_score_threshold"],
        "environment": known["environment"],
        "triggered_by": known["triggered_by"],
    }
    if cost:
        for name in ("total_cost_usd", "total_input_tokens", "total_output_tokens"):
            payload[name] = cost.get(name)
        payload["cost_by_provider"] = _section(cost, "by_provider") or None
    return payload


def start_payload(
    started_at: Any,
    questions_requested: Any = 0,
    *,
    id: Optional[str] = None,
    client_run_id: Optional[str] = None,
    environment: Optional[str] = None,
    triggered_by: Optional[str] = None,
    prompt_version: Optional[str] = None,
    arbiter_config_version: Optional[str] = None,
    min_arbiter_score_threshold: Optional[float] = None,
) -> Dict[str, Any]:
    """What is posted at the start of a run: what is known, and nothing else."""
    known = _known(locals())
    known["started_at"] = known["started_at"] or _now()
    known["questions_requested"] = known["questions_requested"] or 0
    known["status"] = "running"
    return {name: value for name, value in known.items() if value is not None}


def died_payload(start: Mapping[str, Any]) -> Dict[str, Any]:
    """What is posted for a run whose process died; it depends on the start report alone, whoever finds it."""
    kept = (
        "id",
        "client_run_id",
        "started_at",
        "questions_requested",
        "environment",
        "triggered_by",
        "prompt_version",
        "arbiter_config_version",
        "min_arbiter_score_threshold",
    )
    payload = {name: start[name] for name in kept if name in start}
    payload["status"] = "failed"
    payload["total_errors"] = 1
    payload["error_summary"] = {
        "by_category": {"process_died": 1},
        "by_severity": {"critical": 1},
        "critical_count": 1,
    }
    return payload


def _known(arguments: Mapping[str, Any]) -> Dict[str, Any]:
    """What the caller tells about a run beside its summary, as JSON values, and with an id."""
    known = {name: _json_value(value, name) for name, value in arguments.items() if name != "summary"}
    for name in ("id", "client_run_id", "environment", "triggered_by", "prompt_version", "arbiter_config_version"):
        if known[name] is not None:
            known[name] = str(known[name])
    name = known["client_run_id"]
    known["id"] = known["id"] or (run_id_of(name) if name else str(uuid.uuid4()))
    return known


def _status(exit_code: Any, overall: Mapping[str, Any]) -> str:
    if exit_code in _EXIT_STATUS:
        return _EXIT_STATUS[exit_code]
    inserted, requested = (
        value if isinstance(value, (int, float)) else 0
        for value in (overall.get("questions_final_output"), overall.get("questions_requested"))
    )
    if inserted <= 0:
        return "failed"
    return "partial_failure" if inserted < requested else "success"


def _provider_metrics(generated: Mapping[str, Any], calls: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    return {
        provider: {"generated": _count(generated, provider), "api_calls": _count(calls, provider), "failures": 0}
        for provider in {**generated, **calls}
    } or None


def _error_summary(errors: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    by_category, by_severity = _section(errors, "by_category"), _section(errors, "by_severity")
    critical = _count(errors, "critical_errors")
    if not (by_category or by_severity or critical):
        return None
    return {"by_category": by_category, "by_severity": by_severity, "critical_count": critical}


def _section(parent: Any, name: str) -> Dict[str, Any]:
    section = parent.get(name) if isinstance(parent, dict) else None
    return section if isinstance(section, dict) else {}


def _count(section: Mapping[str, Any], name: str) -> Any:
    value = section.get(name)
    return 0 if value is None else value


def _json_value(value: Any, path: str) -> Any:
    """The value as JSON knows it. What JSON has no number for, NaN and the infinities, is unknown: null."""
    if isinstance(value, enum.Enum):
        return _json_value(value.value, path)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_key(key): _json_value(member, "%s.%s" % (path, _key(key))) for key, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json_value(member, path) for member in value]
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Number):
        number = float(value)  # type: ignore[arg-type]
        if math.isfinite(number):
            return number
        _log.warning("%s is %s, which is no number: reported as unknown", path, value)
        return None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return str(value)


def _key(key: Any) -> str:
    return str(_json_value(key, "key"))


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")


def _never_raises(method: Callable[..., Any]) -> Callable[..., Any]:
    """For what the pipeline calls: whatever goes wrong in here is logged, and the answer is None."""

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except Exception:
            _log.exception("%s failed; the pipeline goes on", method.__name__)
            return None

    return guarded


class RunReporter:
    """Reports runs: on disk when the call returns, delivered beside the pipeline or by the next process.

    :param backend_url: where Runledger answers; without it, or without a key, nothing is reported
    :param timeout: seconds that one request may take; never more than 10
    :param spool_dir: where reports wait; RUNLEDGER_SPOOL_DIR, else ~/.runledger/spool
    :param max_files: how many reports may wait; RUNLEDGER_SPOOL_MAX_FILES, else 10,000
    :param max_bytes: how many bytes they may take; RUNLEDGER_SPOOL_MAX_BYTES, else 64 MiB
    """

    def __init__(
        self,
        backend_url: Optional[str],
        service_key: Optional[str],
        timeout: float = 30.0,
        *,
        enabled: bool = True,
        spool_dir: Optional[str] = None,
        max_files: Optional[int] = None,
        max_bytes: Optional[int] = None,
    ) -> None:
        self.backend_url = str(backend_url or "").strip().rstrip("/")
        self.service_key = str(service_key or "").strip()
        self.timeout = timeout
        self.enabled = bool(enabled and self.backend_url and self.service_key)
        if enabled and not self.enabled:
            _log.warning("Runs are not reported: the backend's URL or the service key is missing")
        self._spool = _Spool.at(
            spool_dir or os.environ.get("RUNLEDGER_SPOOL_DIR") or os.path.join("~", ".runledger", "spool"),
            max_files if max_files is not None else _number_from_environment("RUNLEDGER_SPOOL_MAX_FILES", 10_000),
            max_bytes if max_bytes is not None else _number_from_environment("RUNLEDGER_SPOOL_MAX_BYTES", 64 << 20),
        )
        self._delivery = _Delivery(self._spool, _Server(self.backend_url, self.service_key, timeout))

    @classmethod
    def from_environment(cls, **options: Any) -> "RunReporter":
        """As BACKEND_API_URL, BACKEND_SERVICE_KEY (or QS_API_KEY), ENABLE_RUN_REPORTING and RUNLEDGER_... say."""
        options.setdefault("timeout", _number_from_environment("RUNLEDGER_TIMEOUT_SECONDS", 10))
        enabled = os.environ.get("ENABLE_RUN_REPORTING", "true").strip().lower() not in ("false", "0", "no", "off")
        return cls(
            os.environ.get("BACKEND_API_URL"),
            os.environ.get("BACKEND_SERVICE_KEY") or os.environ.get("QS_API_KEY"),
            enabled=enabled,
            **options,
        )

    @_never_raises
    def report_running(
        self,
        started_at: Any = None,
        questions_requested: int = 0,
        environment: Optional[str] = None,
        triggered_by: Optional[str] = None,
        client_run_id: Optional[str] = None,
        **unknown: Any,
    ) -> Optional[str]:
        """Reports that a run has begun. The next ``report_run`` of this process that fits it is its end.

        :param started_at: a datetime or ISO 8601; without an offset, UTC
        :return: the run's id; None if reporting is off or the report could not be written down
        """
        if not self.enabled:
            return None
        _tell_unknown(unknown)
        start = start_payload(
            started_at,
            questions_requested,
            client_run_id=client_run_id,
            environment=environment,
            triggered_by=triggered_by,
        )
        return start["id"] if self._begin(start, awaits_report=True) else None

    @_never_raises
    def report_run(
        self,
        metrics_tracker_or_summary: Any = None,
        exit_code: Optional[int] = None,
        environment: Optional[str] = None,
        triggered_by: Optional[str] = None,
        prompt_version: Optional[str] = None,
        arbiter_config_version: Optional[str] = None,
        min_arbiter_score_threshold: Optional[float] = None,
        client_run_id: Optional[str] = None,
        *,
        judge_config_version: Optional[str] = None,
        min_judge_score_threshold: Optional[float] = None,
        metrics_tracker: Any = None,
        summary: Any = None,
        **unknown: Any,
    ) -> Optional[str]:
        """Reports a finished run, given its MetricsTracker or the summary of it, by position or by either name.

        :return: the run's id, even while the server is down, for the report will reach it; None if reporting is off
            or the report could not be written down
        """
        if not self.enabled:
            return None
        _tell_unknown(unknown)
        for given in (metrics_tracker_or_summary, metrics_tracker, summary):
            if given is not None:
                break
        figures = _summary_of(given)
        started_at = _section(figures, "execution").get("start_time")
        begun = self._spool.claim(started_at, environment, triggered_by, client_run_id)
        return self._end(
            begun.filled(figures) if begun else figures,
            exit_code,
            id=begun.run_id if begun else self._spool.id_of_claimed(client_run_id),
            client_run_id=client_run_id or (begun.start.get("client_run_id") if begun else None),
            environment=environment,
            triggered_by=triggered_by,
            prompt_version=prompt_version,
            arbiter_config_version=_first(arbiter_config_version, judge_config_version),
            min_arbiter_score_threshold=_first(min_arbiter_score_threshold, min_judge_score_threshold),
        )

    def run(
        self,
        questions_requested: int = 0,
        *,
        started_at: Any = None,
        environment: Optional[str] = None,
        triggered_by: Optional[str] = None,
        prompt_version: Optional[str] = None,
        arbiter_config_version: Optional[str] = None,
        min_arbiter_score_threshold: Optional[float] = None,
        client_run_id: Optional[str] = None,
        judge_config_version: Optional[str] = None,
        min_judge_score_threshold: Optional[float] = None,
        **unknown: Any,
    ) -> "Run":
        """Reports that a run has begun; a ``with`` block around the pipeline reports its end, whatever it is."""
        _tell_unknown(unknown)
        return Run(
            self,
            questions_requested,
            started_at=started_at,
            client_run_id=client_run_id,
            environment=environment,
            triggered_by=triggered_by,
            prompt_version=prompt_version,
            arbiter_config_version=_first(arbiter_config_version, judge_config_version),
            min_arbiter_score_threshold=_first(min_arbiter_score_threshold, min_judge_score_threshold),
        )

    @_never_raises
    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until nothing is left to deliver, or so many seconds. A pipeline need not: the next process delivers.

        :return: whether nothing is left
        """
        deadline = time.monotonic() + timeout
        while self.enabled and self._spool.waiting():
            if time.monotonic() >= deadline:
                return False
            self._delivery.start()
            time.sleep(0.02)
        return True

    def _begin(self, start: Dict[str, Any], awaits_report: bool) -> bool:
        spooled = True
        try:
            self._spool.begin(start, awaits_report)
        except Exception as failure:
            spooled = self._unspooled(start, failure)
        self._delivery.start()
        return spooled

    def _end(self, summary: Any, exit_code: Optional[int], **known: Any) -> Optional[str]:
        try:
            payload = completion_payload(summary, exit_code, **known)
        except Exception:
            _log.exception("The summary cannot be read; the run is reported without its figures")
            payload = completion_payload({}, exit_code, **known)
        spooled = True
        try:
            spooled = self._spool.put("completion", payload)
            if spooled:
                self._spool.ended(payload["id"])
        except Exception as failure:
            spooled = self._unspooled(payload, failure)
        self._delivery.start()
        return payload["id"] if spooled else None

    def _unspooled(self, payload: Dict[str, Any], failure: Exception) -> bool:
        _log.warning("Report of run %s cannot be written to the spool (%s): tried once without", payload["id"], failure)
        self._delivery.try_once(payload)
        return False


class Run:
    """One run from its start to its end; leaving its ``with`` block before :meth:`complete` reports a failed run."""

    def __init__(self, reporter: RunReporter, questions_requested: int, *, started_at: Any, **known: Any) -> None:
        self.id: Optional[str] = None
        self._reporter = reporter
        self._known = known
        self._ended = False
        self._process = os.getpid()
        self._begun: Optional[_OpenRun] = None
        self._start(questions_requested, started_at)

    @_never_raises
    def _start(self, questions_requested: int, started_at: Any) -> None:
        if self._reporter.enabled:
            start = start_payload(started_at, questions_requested, **self._known)
            self._begun = _OpenRun(start, None, False)
            self.id = start["id"]
            self._reporter._begin(start, awaits_report=False)

    @_never_raises
    def complete(self, metrics_tracker_or_summary: Any = None, exit_code: Optional[int] = 0) -> Optional[str]:
        """Reports the end of the run; only the first end counts.

        :return: the run's id; None if reporting is off or the report could not be written down
        """
        return self._end(_summary_of(metrics_tracker_or_summary), exit_code, None)

    @_never_raises
    def fail(
        self, error: Any = None, exit_code: Optional[int] = 1, metrics_tracker_or_summary: Any = None
    ) -> Optional[str]:
        """Reports that the run failed, with what its summary knows, if there is one."""
        figures = {} if metrics_tracker_or_summary is None else _summary_of(metrics_tracker_or_summary)
        if not _section(figures, "error_classification"):
            category = type(error).__name__ if isinstance(error, BaseException) else str(error or "not_completed")
            figures["error_classification"] = {
                "by_category": {category: 1},
                "by_severity": {"critical": 1},
                "critical_errors": 1,
            }
            figures["overall"] = {"total_errors": 1, **_section(figures, "overall")}
        return self._end(figures, exit_code, "failed")

    def close(self) -> None:
        """Reports a failed run, unless its end was reported before."""
        if not self._ended:
            self.fail(exit_code=None)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is not None and not self._ended:
            self.fail(error, _exit_code_of(error))
        self.close()

    def _end(self, figures: Dict[str, Any], exit_code: Optional[int], status: Optional[str]) -> Optional[str]:
        if self._begun is None or self._ended or self._process != os.getpid():
            return self.id
        self._ended = True
        return self._reporter._end(self._begun.filled(figures), exit_code, id=self.id, status=status, **self._known)


class _OpenRun:
    """A run that this process has begun, and the locked file that says so to others."""

    def __init__(self, start: Dict[str, Any], descriptor: Optional[int], awaits_report: bool) -> None:
        self.run_id: str = start["id"]
        self.start = start
        self.descriptor = descriptor
        self.awaits_report = awaits_report
        self.began = time.monotonic()

    def filled(self, figures: Dict[str, Any]) -> Dict[str, Any]:
        """The summary, its gaps filled with what the start has told and the clock tells."""
        own = {
            "start_time": self.start["started_at"],
            "end_time": _now(),
            "duration_seconds": round(time.monotonic() - self.began, 6),
        }
        requested = {"requested": self.start["questions_requested"]}
        return {
            **figures,
            "execution": _with_gaps_filled(_section(figures, "execution"), own),
            "generation": _with_gaps_filled(_section(figures, "generation"), requested),
        }

    def fits(self, environment: Any, triggered_by: Any, client_run_id: Any) -> bool:
        """Whether a report that tells so much can be this run's end: nothing that both know differs."""
        told = {"environment": environment, "triggered_by": triggered_by, "client_run_id": client_run_id}
        return self.awaits_report and all(
            value is None or self.start.get(name) in (None, _json_value(value, name)) for name, value in told.items()
        )


def _with_gaps_filled(section: Dict[str, Any], own: Dict[str, Any]) -> Dict[str, Any]:
    return {**section, **{name: value for name, value in own.items() if section.get(name) is None}}


def _summary_of(given: Any) -> Dict[str, Any]:
    """The summary as plain JSON values; an empty one if there is none to be had."""
    try:
        if not isinstance(given, Mapping) and hasattr(given, "get_summary"):
            given = given.get_summary()
        plain = _json_value(given, "summary") if isinstance(given, Mapping) else None
    except Exception:
        _log.exception("The summary cannot be read")
        plain = None
    if plain is None:
        _log.warning("There is no summary: the run is reported without its figures")
    return plain or {}


def _exit_code_of(error: BaseException) -> Optional[int]:
    """What the interpreter will exit with if this is what ends it."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 1


def _first(one: Any, other: Any) -> Any:
    return other if one is None else one


def _tell_unknown(arguments: Mapping[str, Any]) -> None:
    if arguments:
        _log.warning("This reporter does not know %s: ignored", ", ".join(sorted(arguments)))


def _number_from_environment(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    if text.isdigit():
        return int(text)
    if text:
        _log.warning("%s is %r, not a number: %d is used", name, text, default)
    return default


_NAME = re.compile(
    r"\d{17}-\d{6}-(?P<kind>start|completion)-(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<bytes>\d+)\.json"
)
_OPEN_NAME = re.compile(r"(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json")
_ABANDONED_SECONDS = 3600
_FIRST_PAUSE_SECONDS = 1.0


class _Report(NamedTuple):
    """A report that waits, as its name tells."""

    name: str
    kind: str
    run_id: str
    size: int


class _Content(NamedTuple):
    """The body to post, to the letter, and whether it is the end of a run that has not told its end itself."""

    body: bytes
    adopted: bool


class _Unreadable(Exception):
    """A file that holds no report."""


class _NewerFormat(Exception):
    """A report that a newer reporter wrote: not ours to touch."""


class _Spool:
    """The folder that SPOOL.md describes; one object per folder and process, for locks belong to processes."""

    _all: Dict[str, "_Spool"] = {}

    @classmethod
    def at(cls, directory: str, max_files: int, max_bytes: int) -> "_Spool":
        path = os.path.realpath(os.path.expanduser(directory))
        spool = cls._all.setdefault(path, cls(path))
        spool.max_files, spool.max_bytes = max_files, max_bytes
        return spool

    def __init__(self, path: str) -> None:
        self.path = path
        self.max_files = self.max_bytes = 0
        self._micros = self._sequence = 0
        self.forget_parent()

    def forget_parent(self) -> None:
        """In a new process: open runs and held locks are the parent's, and its other threads are not here."""
        self._mutex = threading.RLock()
        self._draining = threading.Lock()
        self._own: Dict[str, _OpenRun] = {}
        self._claimed: Dict[str, str] = {}

    def begin(self, start: Dict[str, Any], awaits_report: bool) -> None:
        """Writes the open file, whose lock says that this process lives, then the start report."""
        run = _OpenRun(start, None, awaits_report)
        with self._mutex:
            previous = self._own.get(run.run_id)
            self._own[run.run_id] = run  # known as ours before others can see it
            try:
                self._write(
                    self._document("start", start, liveness="lock", expires_at=None),
                    "open",
                    run.run_id + ".json",
                    run,
                )
            finally:
                _close(previous)
            self.put("start", start)

    def claim(self, started_at: Any, environment: Any, triggered_by: Any, client_run_id: Any) -> Optional[_OpenRun]:
        """The run that this process has begun and that a report about a finished run is the end of, if any."""
        with self._mutex:
            fitting = [run for run in self._own.values() if run.fits(environment, triggered_by, client_run_id)]
            if not fitting:
                return None
            moment = _instant(started_at) or time.time()
            run = min(fitting, key=lambda run: abs((_instant(run.start["started_at"]) or 0.0) - moment))
            run.awaits_report = False
            if client_run_id:
                self._claimed[str(client_run_id)] = run.run_id
            return run

    def id_of_claimed(self, client_run_id: Any) -> Optional[str]:
        """The id under which this name was reported before, so that a report repeated is the same run."""
        return self._claimed.get(str(client_run_id)) if client_run_id else None

    def ended(self, run_id: str) -> None:
        """Removes the open file, now that the run's end is in the queue."""
        with self._mutex:
            run = self._own.get(run_id)
            if run is not None:
                _unlink(self._file("open", run_id + ".json"))
                _close(run)
                del self._own[run_id]

    def end_all(self) -> None:
        """Reports the runs that this process began and never ended as an adopter would: the process is ending."""
        with self._mutex:
            for run in list(self._own.values()):
                if self.put("completion", died_payload(run.start), adopted=True):
                    self.ended(run.run_id)

    def put(self, kind: str, payload: Dict[str, Any], adopted: bool = False) -> bool:
        """Writes a report to the queue; when this returns, it is safe.

        :param adopted: it is the end of a run that has not told its end itself
        :return: False if there was no room for a completion
        """
        document = self._document(kind, payload, **({"adopted": True} if adopted else {}))
        with self._mutex:
            self._make_folders()
            room = self._make_room(kind, len(document))
            if room:
                self._micros = max(self._micros, time.time_ns() // 1000)
                self._sequence = (self._sequence + 1) % 1_000_000
                stamp = "%017d-%06d" % (self._micros, self._sequence)
                self._write(document, "queue", "%s-%s-%s-%d.json" % (stamp, kind, payload["id"], len(document)))
        return room or kind == "start"

    def waiting(self) -> List[_Report]:
        """What waits, in the order of delivery, as far as the names are those of reports."""
        reports = []
        for name in self._names("queue"):
            match = _NAME.fullmatch(name)
            if match:
                reports.append(_Report(name, match["kind"], match["run"], int(match["bytes"])))
        return reports

    def read(self, report: _Report) -> Optional[_Content]:
        """What is in a report; None if it is gone by now."""
        try:
            with open(self._file("queue", report.name), "rb") as file:
                members = _members(file.read())
        except FileNotFoundError:
            return None
        told = tuple(members.get(name, (None,))[0] for name in ("kind", "run_id"))
        if told != (report.kind, report.run_id):
            raise _Unreadable("kind and run_id are %s and %s, its name says otherwise" % told)
        return _Content(members["payload"][1].encode("utf-8"), members.get("adopted", (None,))[0] is True)

    def delivered(self, report: _Report) -> None:
        _unlink(self._file("queue", report.name))

    def quarantine(self, name: str, status: Optional[int], detail: Any, folder: str = "queue") -> None:
        """Puts aside what the server refused, or what cannot be read, with the reason beside it."""
        _log.warning("Report %s goes to quarantine: %s %s", name, status or "unreadable:", detail)
        try:
            with self._mutex:
                self._make_room_in_quarantine(os.stat(self._file(folder, name)).st_size)
                reason = {"status": status, "detail": detail, "at": _utc()}
                self._write(_dumped(_json_value(reason, "reason")), "quarantine", name + ".reason")
                os.rename(self._file(folder, name), self._file("quarantine", name))
                _sync_folder(self._file("quarantine"))
        except FileNotFoundError:
            pass  # dropped or delivered by someone meanwhile

    def drain_lock(self) -> Optional["_DrainLock"]:
        """The right to deliver; None if someone else has it."""
        if not self._draining.acquire(blocking=False):
            return None
        descriptor = None
        try:
            self._make_folders()
            descriptor = os.open(self._file("drain.lock"), os.O_RDWR | os.O_CREAT, 0o600)
            if _locked(descriptor):
                return _DrainLock(self._draining, descriptor)
        except BaseException:
            _close_descriptor(descriptor)
            self._draining.release()
            raise
        _close_descriptor(descriptor)
        self._draining.release()
        return None

    def adopt(self) -> None:
        """Reports the runs whose process died."""
        for name in self._names("open"):
            match = _OPEN_NAME.fullmatch(name)
            if match:
                try:
                    with self._mutex:
                        if match["run"] not in self._own:
                            self._adopt(name, match["run"])
                except (OSError, ValueError) as failure:
                    _log.warning("Open run %s cannot be looked after: %s", match["run"], failure)

    def tidy(self) -> None:
        """Removes what writers left that died before they promised anything, and puts aside what is no report."""
        for folder, is_waste in (
            ("tmp", lambda name: True),
            ("quarantine", lambda name: name.endswith(".reason") and not os.path.exists(self._file(folder, name[:-7]))),
        ):
            for name in self._names(folder):
                if is_waste(name) and self._is_abandoned(folder, name):
                    _log.warning("%s in %s was left half-written by a process that died: removed", name, folder)
                    _unlink(self._file(folder, name))
        for name in self._names("queue"):
            if not _NAME.fullmatch(name) and not name.startswith(".") and os.path.isfile(self._file("queue", name)):
                self.quarantine(name, None, "its name is no report's")

    def _adopt(self, name: str, run_id: str) -> None:
        path = self._file("open", name)
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return
        try:
            if not _locked(descriptor) or not _is_named(descriptor, path):
                return
            try:
                members = _members(_read_all(descriptor))
                start = members["payload"][0]
                if start.get("id") != run_id:
                    raise _Unreadable("payload.id is not %s" % run_id)
                if members.get("liveness", (None,))[0] == "deadline":
                    expires_at = _instant(members.get("expires_at", (None,))[0])
                    if expires_at is None or time.time() < expires_at:
                        return
            except _NewerFormat:
                return
            except _Unreadable as unreadable:
                self.quarantine(name, None, str(unreadable), "open")
                return
            _log.warning("Run %s ended without a word: its process died. Reported as failed", run_id)
            if self.put("completion", died_payload(start), adopted=True):
                _unlink(path)
        finally:
            os.close(descriptor)

    def _make_room(self, kind: str, size: int) -> bool:
        reports = self.waiting()
        files = len(reports) + 1 - self.max_files
        size += sum(report.size for report in reports) - self.max_bytes
        if files <= 0 and size <= 0:
            return True
        giving_way: List[_Report] = []
        if kind == "completion":
            for report in reports:
                if report.kind == "start" and (files > 0 or size > 0):
                    giving_way.append(report)
                    files -= 1
                    size -= report.size
        if files > 0 or size > 0:
            self._count_dropped(kind + "s", 1)
            return False
        for report in giving_way:
            _unlink(self._file("queue", report.name))
        self._count_dropped("starts", len(giving_way))
        return True

    def _make_room_in_quarantine(self, size: int) -> None:
        self._make_folders()
        names = [name for name in self._names("quarantine") if not name.endswith(".reason")]
        sizes = {name: self._size_of_quarantined(name) for name in names}
        dropped = 0
        while names and (len(names) + 1 > self.max_files or sum(sizes.values()) + size > self.max_bytes):
            oldest = names.pop(0)
            del sizes[oldest]
            _unlink(self._file("quarantine", oldest))
            _unlink(self._file("quarantine", oldest + ".reason"))
            dropped += 1
        if dropped:
            self._count_dropped("quarantined", dropped)

    def _size_of_quarantined(self, name: str) -> int:
        match = _NAME.fullmatch(name)
        try:
            return int(match["bytes"]) if match else os.stat(self._file("quarantine", name)).st_size
        except FileNotFoundError:
            return 0

    def _count_dropped(self, what: str, count: int) -> None:
        _log.warning("The spool %s is full: %d %s given up", self.path, count, what)
        try:
            descriptor = os.open(self._file("counters.lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                for _ in range(20):
                    if _locked(descriptor):
                        self._add_dropped(what, count)
                        return
                    time.sleep(0.001)
            finally:
                os.close(descriptor)
        except OSError as failure:
            _log.warning("What was given up cannot be counted: %s", failure)

    def _add_dropped(self, what: str, count: int) -> None:
        try:
            with open(self._file("dropped.json"), "rb") as file:
                counts = json.loads(file.read())
        except (FileNotFoundError, ValueError):
            counts = {}
        counts = {name: counts.get(name, 0) for name in ("starts", "completions", "quarantined")}
        counts[what] += count
        self._write(_dumped({**counts, "last_at": _utc()}), "", "dropped.json")

    def _document(self, kind: str, payload: Dict[str, Any], **more: Any) -> bytes:
        return _dumped(
            {
                "format": 1,
                "kind": kind,
                "run_id": payload["id"],
                "created_at": _utc(),
                "writer": "python " + __version__,
                **more,
                "payload": payload,
            }
        )

    def _write(self, content: bytes, folder: str, name: str, locked_by: Optional[_OpenRun] = None) -> None:
        """Temporary file, fsync, rename, fsync of the folder; ``locked_by`` keeps the file open and locked."""
        self._make_folders()
        temporary = self._file("tmp", "%d-%s" % (os.getpid(), secrets.token_hex(8)))
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        kept = False
        try:
            if locked_by and not _locked(descriptor):
                raise OSError(errno.ENOLCK, "a new file cannot be locked")
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
            os.rename(temporary, self._file(folder, name))
            if locked_by:
                locked_by.descriptor = descriptor
                kept = True
            _sync_folder(self._file(folder))
        except BaseException:
            _unlink(temporary)
            raise
        finally:
            if not kept:
                os.close(descriptor)

    def _make_folders(self) -> None:
        if fcntl is None:
            raise OSError(errno.ENOSYS, "no POSIX record locks on this system")
        for folder in ("tmp", "queue", "quarantine", "open"):
            _make_folder(self._file(folder))

    def _is_abandoned(self, folder: str, name: str) -> bool:
        try:
            return time.time() - os.stat(self._file(folder, name)).st_mtime > _ABANDONED_SECONDS
        except FileNotFoundError:
            return False

    def _names(self, folder: str) -> List[str]:
        try:
            return sorted(os.listdir(self._file(folder)))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _file(self, *parts: str) -> str:
        return os.path.join(self.path, *parts)


class _DrainLock:
    """Held while delivering: against other threads by the mutex, against other processes by the file."""

    def __init__(self, mutex: threading.Lock, descriptor: int) -> None:
        self._mutex = mutex
        self._descriptor = descriptor

    def __enter__(self) -> None:
        pass

    def __exit__(self, *failure: Any) -> None:
        os.close(self._descriptor)
        self._mutex.release()


class _Delivery:
    """Delivers what waits in the spool, in a daemon thread that lives as long as there is something to deliver."""

    _all: "weakref.WeakSet[_Delivery]" = weakref.WeakSet()

    def __init__(self, spool: _Spool, server: "_Server") -> None:
        self._spool = spool
        self._server = server
        self.forget_parent()
        _Delivery._all.add(self)

    def forget_parent(self) -> None:
        """In a new process: the thread stayed with the parent."""
        self._mutex = threading.Lock()
        self._thread: Optional[threading.Thread] = None
        self._wanted = self._used = False
        self._exiting = threading.Event()
        self._unspooled: List[Dict[str, Any]] = []
        self._failures = 0
        self._retry_after = 0.0
        self._posted_at = 0.0

    def try_once(self, payload: Dict[str, Any]) -> None:
        """Posts a report that could not be written down, once."""
        with self._mutex:
            self._unspooled = [*self._unspooled[-99:], payload]

    def start(self) -> None:
        """Sees to it that someone delivers."""
        with self._mutex:
            self._wanted = self._used = True
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="runledger-delivery", daemon=True)
                try:
                    thread.start()
                    self._thread = thread
                except RuntimeError as failure:
                    _log.warning("No thread to deliver with (%s): left to the next process", failure)

    def exit(self, deadline: float) -> None:
        """At the interpreter's exit: one more try, whatever the backoff, for as long as the deadline allows."""
        if self._used and self._spool.waiting():
            self.start()
        self._exiting.set()
        thread = self._thread
        if thread is not None:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while True:
            try:
                self._deliver()
            except Exception:
                _log.exception("Delivery stopped; reports wait in the spool for the next one")
            with self._mutex:
                if not self._wanted or self._exiting.is_set():
                    self._thread = None
                    return

    def _deliver(self) -> None:
        while True:
            last = self._exiting.is_set()
            with self._mutex:
                self._wanted = False
            self._post_unspooled()
            self._attempt(self._spool.adopt)
            lock = self._attempt(self._spool.drain_lock)
            if lock is None:
                pause = _FIRST_PAUSE_SECONDS
                done = not self._spool.waiting()
            else:
                with lock:
                    self._attempt(self._spool.tidy)
                    done = bool(self._attempt(self._pass))
                pause = max(self._backoff(), self._retry_after)
            if done or last:
                return
            self._exiting.wait(pause)
            if self._exiting.is_set() and lock is not None and self._retry_after:
                return

    def _attempt(self, step: Callable[[], Any]) -> Any:
        """One step; what goes wrong with one file or folder is told and does not keep the others waiting for ever."""
        try:
            return step()
        except OSError as failure:
            _log.warning("Spool %s: %s", self._spool.path, failure)
            self._failures += 1
            return None

    def _backoff(self) -> float:
        exponent = min(max(self._failures, 1) - 1, 10)
        return min(300.0, _FIRST_PAUSE_SECONDS * 2.0**exponent) * random.uniform(0.5, 1.0)

    def _pass(self) -> bool:
        """Delivers in order until nothing is left that could be tried.

        :return: whether nothing is left that a later pass could deliver
        """
        put_off: Set[str] = set()
        left_alone: Set[str] = set()
        in_a_row = 0
        self._retry_after = 0.0
        while True:
            reports = [r for r in self._spool.waiting() if r.run_id not in put_off and r.name not in left_alone]
            if not reports:
                return not put_off
            for report in reports:
                if report.run_id in put_off:
                    continue
                try:
                    content = self._spool.read(report)
                except _NewerFormat:
                    left_alone.add(report.name)
                    continue
                except _Unreadable as unreadable:
                    self._spool.quarantine(report.name, None, str(unreadable))
                    continue
                if content is None:
                    continue
                answer = self._post(content.body)
                if answer.is_later:
                    self._failures += 1
                    self._retry_after = answer.retry_after
                    _log.warning("Run %s not delivered yet: %s", report.run_id, answer.words)
                    put_off.add(report.run_id)
                    in_a_row += 1
                    if answer.is_server_at_fault or in_a_row == 3:
                        return False
                    continue
                self._failures = in_a_row = 0
                had_ended_after_all = content.adopted and answer.status == 409
                if answer.is_recorded or had_ended_after_all:
                    self._spool.delivered(report)
                    _log.info("Run %s: %s delivered", report.run_id, report.kind)
                else:
                    self._spool.quarantine(report.name, answer.status, answer.detail)

    def _post_unspooled(self) -> None:
        with self._mutex:
            payloads, self._unspooled = self._unspooled, []
        for payload in payloads:
            answer = self._post(_dumped(payload))
            if answer.is_recorded:
                self._attempt(functools.partial(self._spool.ended, payload["id"]))
            else:
                _log.error("Report of run %s is lost: %s", payload["id"], answer.words)

    def _post(self, body: bytes) -> "_Answer":
        """No faster than one report every 20 ms."""
        time.sleep(min(0.02, max(0.0, self._posted_at + 0.02 - time.monotonic())))
        self._posted_at = time.monotonic()
        return self._server.post(body)


class _Answer:
    """What the server said, and what that means for the report."""

    def __init__(self, status: Optional[int], body: bytes = b"", retry_after: Any = None, failure: Any = None) -> None:
        self.status = status
        self._text = body.decode("utf-8", "replace")
        self._json = _json_or_none(self._text)
        self.is_recorded = status == 201 and isinstance(self._json, dict) and bool(self._json.get("id"))
        self.is_server_at_fault = status in (None, 408, 429, 502, 503, 504)
        is_refused = status is not None and 400 <= status < 500 and status not in (408, 429)
        self.is_later = not self.is_recorded and not is_refused
        self.retry_after = _seconds(retry_after) if status in (429, 503) else 0.0
        self.words = str(failure) if status is None else "HTTP %d %s" % (status, self._text[:200])

    @property
    def detail(self) -> Any:
        """The server's reason as it gave it, else what it sent."""
        if isinstance(self._json, dict) and "detail" in self._json:
            return self._json["detail"]
        return self._text[:4000]


class _Server:
    """Runledger's door for reports."""

    _PATH = "/v1/admin/generation-runs"

    def __init__(self, backend_url: str, service_key: str, timeout: Any) -> None:
        self._url = backend_url + self._PATH
        self._headers = {
            "Content-Type": "application/json",
            "X-Service-Key": service_key,
            "User-Agent": "runledger-reporter-python/" + __version__,
        }
        try:
            self._timeout = min(10.0, float(timeout))
        except (TypeError, ValueError):
            self._timeout = 10.0
        self._opener: Optional[urllib.request.OpenerDirector] = None

    def post(self, body: bytes) -> _Answer:
        try:
            if self._opener is None:
                self._opener = _opener()
            request = urllib.request.Request(self._url, body, self._headers, method="POST")
            with self._opener.open(request, timeout=self._timeout) as response:
                return _Answer(response.status, response.read(1 << 20), response.headers.get("Retry-After"))
        except Exception as failure:
            return _Answer(None, failure=failure)


def _opener() -> urllib.request.OpenerDirector:
    """HTTP by the proxies of the environment; no redirects, every status an answer, a deadline for the whole."""
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(), _HttpHandler(), _HttpsHandler(), urllib.request.UnknownHandler()):
        opener.add_handler(handler)
    return opener


class _Response(http.client.HTTPResponse):
    """Reads against a deadline, where a plain one waits anew for every trickling byte."""

    def __init__(self, deadline: float, sock: Any, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_UntilDeadline(self.fp, sock, deadline))


class _UntilDeadline(io.RawIOBase):
    def __init__(self, stream: Any, sock: Any, deadline: float) -> None:
        self._stream = stream
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        self._sock.settimeout(_left(self._deadline))
        return self._stream.raw.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Connection(http.client.HTTPConnection):
    _CONNECT_SECONDS = 3.0

    def __init__(self, host: str, timeout: float, **options: Any) -> None:
        super().__init__(host, timeout=min(timeout, self._CONNECT_SECONDS), **options)
        self._deadline = time.monotonic() + timeout
        self.response_class = functools.partial(_Response, self._deadline)  # type: ignore[assignment]

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_left(self._deadline))


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    pass


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, request: Any) -> Any:
        return self.do_open(_Connection, request)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: Any) -> Any:
        return self.do_open(_SecureConnection, request)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer took too long")
    return left


def _seconds(retry_after: Any) -> float:
    """What Retry-After asks for, in seconds or by date; at most an hour."""
    if retry_after is None:
        return 0.0
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (TypeError, ValueError):
            return 0.0
    return min(3600.0, max(0.0, seconds)) if math.isfinite(seconds) else 0.0


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _members(content: bytes) -> Dict[str, Any]:
    """The members of a report, each as value and as the text it was: numbers go to the server digit for digit."""
    try:
        text = content.decode("utf-8")
        _strict(text)
    except (ValueError, RecursionError) as malformed:
        raise _Unreadable("not JSON: %s" % malformed) from None
    decoder = json.JSONDecoder()
    members: Dict[str, Any] = {}
    at = _after_blanks(text, 0)
    if text[at] != "{":
        raise _Unreadable("not a JSON object")
    at = _after_blanks(text, at + 1)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        begin = _after_blanks(text, _after_blanks(text, at) + 1)
        value, at = decoder.raw_decode(text, begin)
        members[name] = (value, text[begin:at])
        at = _after_blanks(text, at)
        if text[at] == ",":
            at = _after_blanks(text, at + 1)
    version = members.get("format", (None,))[0]
    if isinstance(version, int) and version > 1:
        raise _NewerFormat
    if not isinstance(members.get("payload", (None,))[0], dict):
        raise _Unreadable("without a payload")
    return members


def _strict(text: str) -> None:
    def refuse(constant: str) -> None:
        raise ValueError("%s is no JSON" % constant)

    json.loads(text, parse_constant=refuse)


def _after_blanks(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _dumped(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def _instant(moment: Any) -> Optional[float]:
    """Seconds since 1970 of an ISO 8601 time, which means UTC if it has no offset; None if it is none."""
    text = str(moment)
    try:
        parsed = datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=datetime.timezone.utc)
    return parsed.timestamp()


def _utc() -> str:
    return _now().replace("+00:00", "Z")


def _locked(descriptor: int) -> bool:
    """Takes the lock on a file; False if another process has it."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError as failure:
        if failure.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise


def _is_named(descriptor: int, path: str) -> bool:
    """Whether the open file is still the one that has this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _read_all(descriptor: int) -> bytes:
    content = b""
    while True:
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            return content
        content += piece


def _make_folder(path: str) -> None:
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    _make_folder(parent)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return
    _sync_folder(parent)


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _close(run: Optional[_OpenRun]) -> None:
    if run is not None:
        _close_descriptor(run.descriptor)
        run.descriptor = None


def _close_descriptor(descriptor: Optional[int]) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _at_exit() -> None:
    """Ends what was begun and never ended, then waits a moment for deliveries; the next process delivers the rest."""
    try:
        deadline = time.monotonic() + _number_from_environment("RUNLEDGER_EXIT_WAIT_SECONDS", 2)
        deliveries = list(_Delivery._all)
        for spool in list(_Spool._all.values()):
            spool.end_all()
        for delivery in deliveries:
            delivery.exit(deadline)
    except Exception:
        _log.exception("The last reports wait in the spool")


def _forget_parent() -> None:
    for spool in _Spool._all.values():
        spool.forget_parent()
    for delivery in list(_Delivery._all):
        delivery.forget_parent()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)
