"""Reports question-generation runs to Runledger, and never disturbs the pipeline that runs.

One file, standard library only, Python 3.9 and later. In place of the reporter that question-service always had::

    reporter = RunReporter(backend_url, service_key)
    reporter.report_running(started_at, questions_requested=50, environment="production", triggered_by="scheduler")
    ...
    reporter.report_run(metrics_tracker, exit_code=0, environment="production", triggered_by="scheduler")

or, so that a run that returns early, raises or dies is reported too::

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
import contextvars
import datetime
import enum
import errno
import functools
import json
import logging
import math
import numbers
import os
import re
import stat
import sys
import threading
import time
import uuid
import weakref
from collections.abc import Mapping
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple, TypeVar, cast

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "EXIT_CODES",
    "QUESTION_TYPES",
    "Run",
    "RunId",
    "RunReporter",
    "completion_payload",
    "current_run",
    "died_payload",
    "run_id_of",
    "start_payload",
]
__version__ = "1.0.0"

_log = logging.getLogger("runledger_reporter")
_log.addHandler(logging.NullHandler())  # or else warnings reach stderr in a pipeline that has set up no logging

QUESTION_TYPES: Dict[str, str] = {
    "pattern_recognition": "pattern",
    "logical_reasoning": "logic",
    "spatial_reasoning": "spatial",
    "mathematical": "math",
    "verbal_reasoning": "verbal",
}
"""What older names of question types are called now. A pipeline may add its own, or RUNLEDGER_QUESTION_TYPES does."""
QUESTION_TYPES.update(
    (old.strip(), new.strip())
    for old, found, new in (pair.partition("=") for pair in os.environ.get("RUNLEDGER_QUESTION_TYPES", "").split(","))
    if found
)

EXIT_CODES: Dict[str, str] = {
    "question-service": "0=success,3=partial_failure,1=failed,2=failed,4=failed,5=failed,6=failed,*=counts",
    "question-service-before-2026-03": (
        "0=success,1=partial_failure,2=failed,3=failed,4=failed,5=failed,6=failed,*=counts"
    ),
    "plain": "0=success,*=failed",
}
"""What exit codes mean, by the name of who exits: a status per code and one for all others (see vectors/README.md)."""

_STATUSES = {
    "success": "success",
    "partial_failure": "partial_failure",
    "partial": "partial_failure",
    "failed": "failed",
}
_CLIENT_RUN_IDS = uuid.UUID("6f1d2c0e-52a5-5b53-9d3b-0b1e8a7c4f10")  # the server's: it derives the same ids
_DEFAULT_EXIT_CODES = "question-service"
_CONTEXT = (
    "client_run_id",
    "environment",
    "triggered_by",
    "prompt_version",
    "arbiter_config_version",
    "min_arbiter_score_threshold",
)
_OWN_METRICS = (
    ("retries", "retry", "total_retries", None),
    ("successful_retries", "retry", "successful_retries", "total_retries"),
    ("exhausted_retries", "retry", "exhausted_retries", None),
    ("verification_errors", "verification", "errors", None),
    ("verification_parse_errors", "verification", "parse_errors", "errors"),
    ("verification_fail_open", "verification", "fail_open", "errors"),
)
_TOTALS = {
    "generated": "questions_generated",
    "failures": "generation_failures",
    "evaluated": "questions_evaluated",
    "approved": "questions_approved",
    "rejected": "questions_rejected",
    "duplicates": "duplicates_found",
    "inserted": "questions_inserted",
    "api_calls": "total_api_calls",
    "cost_usd": "total_cost_usd",
}
_PARTIAL = (
    "questions_requested",
    "questions_generated",
    "generation_failures",
    "questions_evaluated",
    "questions_approved",
    "questions_rejected",
    "avg_arbiter_score",
    "min_arbiter_score",
    "max_arbiter_score",
    "duplicates_found",
    "exact_duplicates",
    "semantic_duplicates",
    "questions_inserted",
    "insertion_failures",
    "total_errors",
    "total_api_calls",
    "provider_metrics",
    "type_metrics",
    "difficulty_metrics",
    "error_summary",
    "total_cost_usd",
    "total_input_tokens",
    "total_output_tokens",
    "cost_by_provider",
    "metrics",
    "breakdowns",
)
_CONNECT_SECONDS = 3.0


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
    exit_codes: Optional[str] = None,
    questions_requested: Optional[int] = None,
    missing: Optional[str] = None,
) -> Dict[str, Any]:
    """What is posted at the end of a run, given a MetricsTracker summary. The rules are those of vectors/README.md.

    :param reported_at: ISO 8601, replaces a start that the summary does not have
    :param status: overrules what exit code and counts say
    :param exit_codes: what exit codes mean: a name in EXIT_CODES or a text such as those there
    :param questions_requested: what the start has asked for, for a summary that has 0 or nothing
    :param missing: why there are no figures although some were promised: "summary_missing" or "summary_unreadable"
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
        "status": known["status"] or _status(known["exit_code"], overall, _exit_codes(exit_codes)),
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
        "type_metrics": _of_types(_section(generation, "by_type")) or None,
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
    metrics = _own_metrics(summary)
    if metrics:
        payload["metrics"] = metrics
    payload["questions_requested"] = payload["questions_requested"] or known["questions_requested"] or 0
    if missing:
        _warn_of_missing_summary(payload, missing)
    elif _is_generation_unrecorded(payload):
        _warn_of_unrecorded_generation(payload)
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
    kept = ("id", "started_at", "questions_requested", *_CONTEXT)
    payload = {name: start[name] for name in kept if name in start}
    payload["status"] = "failed"
    payload["total_errors"] = 1
    payload["error_summary"] = _one_error("process_died")
    return payload


def _known(arguments: Mapping[str, Any]) -> Dict[str, Any]:
    """What the caller knows about a run beside its summary, as JSON values, and with an id."""
    known = {name: _json_value(value, name) for name, value in arguments.items() if name != "summary"}
    for name in ("id", "client_run_id", "environment", "triggered_by", "prompt_version", "arbiter_config_version"):
        if known[name] is not None:
            known[name] = str(known[name])
    name = known["client_run_id"]
    known["id"] = known["id"] or (run_id_of(name) if name else str(uuid.uuid4()))
    return known


def _exit_codes(given: Optional[str]) -> Dict[Optional[int], str]:
    """What exit codes mean, as a status per code and one for None: all others. See vectors/README.md."""
    try:
        return _parsed_exit_codes(
            EXIT_CODES.get(given, given) if given is not None else EXIT_CODES[_DEFAULT_EXIT_CODES]
        )
    except (AttributeError, TypeError, ValueError):
        _log.warning("%r says nothing about exit codes: %s is used", given, _DEFAULT_EXIT_CODES)
        return _parsed_exit_codes(EXIT_CODES[_DEFAULT_EXIT_CODES])


def _parsed_exit_codes(text: str) -> Dict[Optional[int], str]:
    """:raises ValueError: if it is no such text"""
    meanings: Dict[Optional[int], str] = {}
    for part in text.split(","):
        code_text, found, status = (piece.strip() for piece in part.partition("="))
        code = None if code_text == "*" else int(code_text)
        if not found or code in meanings or (code is not None and abs(code) > 255):
            raise ValueError(part)
        if status != "counts" and status not in _STATUSES:
            raise ValueError(part)
        meanings[code] = status
    return {0: "success", None: "failed", **meanings}


def _status(exit_code: Any, overall: Mapping[str, Any], exit_codes: Mapping[Optional[int], str]) -> str:
    meaning = "counts" if exit_code is None else exit_codes.get(exit_code, exit_codes[None])
    if meaning in _STATUSES:
        return _STATUSES[meaning]
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


def _of_types(counts: Mapping[str, Any]) -> Dict[str, Any]:
    """Counts by question type, under the names of today; what meets there is added."""
    merged: Dict[str, Any] = {}
    for name, count in counts.items():
        name = QUESTION_TYPES.get(name, name)
        merged[name] = merged[name] + count if _is_number(merged.get(name)) and _is_number(count) else count
    return merged


def _own_metrics(summary: Any) -> Dict[str, Any]:
    """What newer summaries count beside the fields of the contract."""
    metrics: Dict[str, Tuple[Any, Any]] = {}
    for name, section, value, of in _OWN_METRICS:
        figures = _section(summary, section)
        metrics[name] = (figures.get(value), figures.get(of) if of else None)
    breakers = [breaker for breaker in _section(summary, "circuit_breaker").values() if isinstance(breaker, dict)]
    if breakers:
        tripped = sum(1 for breaker in breakers if str(breaker.get("state")).lower() != "closed")
        failures, calls = (
            sum(breaker[name] for breaker in breakers if _is_number(breaker.get(name)))
            for name in ("total_failures", "total_calls")
        )
        metrics["circuit_breakers_open"] = (tripped, len(breakers))
        metrics["circuit_breaker_failures"] = (failures, calls)
    return {name: _metric(value, of) for name, (value, of) in metrics.items() if _is_number(value)}


def _metric(value: Any, of: Any) -> Dict[str, Any]:
    return {"value": value, "of": of} if _is_number(of) else {"value": value}


def _error_summary(errors: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    by_category, by_severity = _section(errors, "by_category"), _section(errors, "by_severity")
    critical = _count(errors, "critical_errors")
    if not (by_category or by_severity or critical):
        return None
    return {"by_category": by_category, "by_severity": by_severity, "critical_count": critical}


def _failure(category: str, payload: Mapping[str, Any]) -> Dict[str, Any]:
    """What a completion says of the one thing that made its run fail."""
    return {"error_summary": _one_error(category), "total_errors": payload["total_errors"] or 1}


def _one_error(category: str, severity: str = "critical") -> Dict[str, Any]:
    return {
        "by_category": {category: 1},
        "by_severity": {severity: 1},
        "critical_count": int(severity == "critical"),
    }


def _is_generation_unrecorded(payload: Mapping[str, Any]) -> bool:
    """Whether these zeros only mean that nobody counted: what was evaluated or inserted had been generated."""
    counted = ("questions_generated", "generation_failures")
    later = ("questions_evaluated", "questions_approved", "questions_inserted")
    return not any(payload[name] for name in counted) and any(payload[name] for name in later)


def _warn_of_unrecorded_generation(payload: Dict[str, Any]) -> None:
    payload["generation_success_rate"] = None
    if not (payload["questions_requested"] and payload["overall_success_rate"]):
        payload["overall_success_rate"] = None
    message = "the summary has questions that were evaluated or inserted, but none that were generated"
    _warn(payload, "questions_generated", "generation_not_recorded", message)


def _warn_of_missing_summary(payload: Dict[str, Any], missing: str) -> None:
    if payload["status"] != "failed":
        payload["questions_requested"] = 0  # what is not known must not count as 0 of so many
    payload["error_summary"] = payload["error_summary"] or _one_error(missing, "low")
    reason = "cannot be read" if missing == "summary_unreadable" else "is not there"
    _warn(payload, "summary", missing, "the summary of the run %s: its figures are unknown" % reason)


def _warn_of_unknown_figures(payload: Dict[str, Any]) -> None:
    if payload["status"] != "failed" and payload["questions_requested"]:
        _warn(payload, "summary", "figures_unknown", "no summary was sent: the figures of the run are unknown")


def _warn(payload: Dict[str, Any], field: str, kind: str, message: str) -> None:
    payload.setdefault("warnings", []).append({"field": field, "type": kind, "message": message})


def _section(parent: Any, name: str) -> Dict[str, Any]:
    section = parent.get(name) if isinstance(parent, dict) else None
    return section if isinstance(section, dict) else {}


def _count(section: Mapping[str, Any], name: str) -> Any:
    value = section.get(name)
    return 0 if value is None else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _json_value(value: Any, path: str) -> Any:
    """The value as JSON knows it. What JSON has no number for, NaN and the infinities, is unknown: null."""
    if isinstance(value, enum.Enum):
        return _json_value(value.value, path)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value).encode("utf-8", "replace").decode("utf-8")
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


_Method = TypeVar("_Method", bound=Callable[..., Any])


def _never_raises(method: _Method) -> _Method:
    """For what the pipeline calls: whatever goes wrong in here is logged, and the answer is None."""

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except Exception:
            _log.exception("%s failed; the pipeline goes on", method.__name__)
            return None

    return cast(_Method, guarded)


class RunId(str):
    """The id of a run, equal to its text. In an f-string it adds that its report is kept, as long as that waits."""

    _spool: Optional["_Spool"] = None

    @classmethod
    def kept(cls, run_id: str, spool: "_Spool") -> "RunId":
        kept = cls(run_id)
        kept._spool = spool
        return kept

    def __format__(self, specification: str) -> str:
        text = str(self)
        if self._spool is not None and self._spool.holds(text):
            text += " (kept on disk; will be delivered)"
        return format(text, specification)

    def __str__(self) -> str:
        return str.__str__(self)

    def __reduce__(self) -> Any:
        return str, (str(self),)


class RunReporter:
    """Reports runs: on disk when the call returns, delivered beside the pipeline or by the next process.

    :param backend_url: where Runledger answers; without it, or without a key, nothing is reported
    :param timeout: seconds that one request may take; never more than 10
    :param spool_dir: where reports wait; else $RUNLEDGER_SPOOL_DIR, else where SPOOL.md says
    :param max_files: how many reports may wait; else RUNLEDGER_SPOOL_MAX_FILES, else 10,000
    :param max_bytes: how many bytes they may take; else RUNLEDGER_SPOOL_MAX_BYTES, else 64 MiB
    :param exit_codes: what exit codes mean: a name in EXIT_CODES or a text such as those there; else
        RUNLEDGER_EXIT_CODES, else what question-service means since March 2026
    :param heartbeat_seconds: how often a run that goes on says so; else RUNLEDGER_HEARTBEAT_SECONDS, else 30; 0: never
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
        exit_codes: Optional[str] = None,
        heartbeat_seconds: Optional[float] = None,
    ) -> None:
        self.backend_url = str(backend_url or "").strip().rstrip("/")
        self.service_key = str(service_key or "").strip()
        self.timeout = timeout
        self.enabled = bool(enabled and self.backend_url and self.service_key)
        if enabled and not self.enabled:
            _log.warning("Runs are not reported: the backend's URL or the service key is missing")
        self.exit_codes = exit_codes if exit_codes is not None else os.environ.get("RUNLEDGER_EXIT_CODES")
        self._spool = _Spool.at(
            spool_dir,
            max_files if max_files is not None else _number_from_environment("RUNLEDGER_SPOOL_MAX_FILES", 10_000),
            max_bytes if max_bytes is not None else _number_from_environment("RUNLEDGER_SPOOL_MAX_BYTES", 64 << 20),
        )
        server = _Server(self.backend_url, self.service_key, timeout)
        self._delivery = _Delivery(self._spool, server)
        if heartbeat_seconds is None:
            heartbeat_seconds = _number_from_environment("RUNLEDGER_HEARTBEAT_SECONDS", 30)
        self._heartbeats = _Heartbeats(server, heartbeat_seconds)

    @classmethod
    def from_environment(cls, **options: Any) -> "RunReporter":
        """As BACKEND_API_URL, BACKEND_SERVICE_KEY (or QS_API_KEY), ENABLE_RUN_REPORTING and RUNLEDGER_... say."""
        options.setdefault("timeout", _number_from_environment("RUNLEDGER_TIMEOUT_SECONDS", 10))
        enabled = os.environ.get("ENABLE_RUN_REPORTING", "true").strip().lower() not in ("false", "0", "no", "off")
        return cls(
            options.pop("backend_url", None) or os.environ.get("BACKEND_API_URL"),
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
    ) -> Optional[RunId]:
        """Reports that a run has begun. The next ``report_run`` of this process that fits it is its end.

        :param started_at: a datetime or ISO 8601; without an offset, UTC
        :return: the run's id; None if reporting is off or the report could not be written down
        """
        if not self.enabled:
            return None
        _warn_of_unknown(unknown)
        run = self._new_run(
            started_at,
            questions_requested,
            client_run_id=client_run_id,
            environment=environment,
            triggered_by=triggered_by,
        )
        run.awaits_report = True
        return self._begin(run)

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
    ) -> Optional[RunId]:
        """Reports a finished run, given its MetricsTracker or the summary of it, by position or by either name.

        Within ``with reporter.run(...)`` it is the end of that run.

        :return: the run's id, even while the server is down, for the report will reach it; None if reporting is off
            or the report could not be written down
        """
        if not self.enabled:
            return None
        _warn_of_unknown(unknown)
        given = next(
            (given for given in (metrics_tracker_or_summary, metrics_tracker, summary) if given is not None), None
        )
        figures = _Figures.of(given)
        known = {
            "client_run_id": client_run_id,
            "environment": environment,
            "triggered_by": triggered_by,
            "prompt_version": prompt_version,
            "arbiter_config_version": _first(arbiter_config_version, judge_config_version),
            "min_arbiter_score_threshold": _first(min_arbiter_score_threshold, min_judge_score_threshold),
        }
        run = self._spool.claim(_section(figures.summary, "execution").get("start_time"), known)
        if run is None:
            run = self._spool.joined(start_payload(None, **known))
        if run is not None:
            if figures.missing and run.tracker is not None:
                figures = _Figures.of(run.tracker)
            return self._end(run, figures, exit_code, **{**run.context(), **_known_of(known)})
        return self._end(None, figures, exit_code, id=self._spool.id_of_claimed(client_run_id), **known)

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
        metrics_tracker: Any = None,
        **unknown: Any,
    ) -> "Run":
        """Reports that a run has begun; a ``with`` block around the pipeline reports its end, whatever it is.

        In a coroutine, ``async with``: it writes beside the event loop.

        :param metrics_tracker: asked for figures while the run goes on, and at an end that brings none
        """
        _warn_of_unknown(unknown)
        return Run(
            self,
            self._prepared(
                started_at,
                questions_requested,
                metrics_tracker,
                client_run_id=client_run_id,
                environment=environment,
                triggered_by=triggered_by,
                prompt_version=prompt_version,
                arbiter_config_version=_first(arbiter_config_version, judge_config_version),
                min_arbiter_score_threshold=_first(min_arbiter_score_threshold, min_judge_score_threshold),
            ),
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

    @_never_raises
    def _prepared(
        self, started_at: Any, questions_requested: Any, metrics_tracker: Any, **context: Any
    ) -> Optional["_OpenRun"]:
        if not self.enabled:
            return None
        run = self._new_run(started_at, questions_requested, **context)
        run.tracker = metrics_tracker
        return run

    def _new_run(self, started_at: Any, questions_requested: Any, **context: Any) -> "_OpenRun":
        start = start_payload(started_at, questions_requested, **context)
        run = self._spool.joined(start) or _OpenRun(start)
        run.exit_codes = self.exit_codes
        return run

    def _begin(self, run: "_OpenRun") -> Optional[RunId]:
        run.delivery = self._delivery
        kept = True
        try:
            self._spool.begin(run)
        except Exception as failure:
            _log.warning("The start of run %s cannot be written to the spool (%s)", run.run_id, failure)
            self._delivery.try_once("start", run.start)
            kept = False
        self._delivery.start()
        self._heartbeats.start(run)
        return RunId.kept(run.run_id, self._spool) if kept else None

    def _end(
        self, run: Optional["_OpenRun"], figures: "_Figures", exit_code: Optional[int], **known: Any
    ) -> Optional[RunId]:
        known["exit_codes"] = self.exit_codes if run is None or run.exit_codes is None else run.exit_codes
        try:
            payload = figures.payload(run, exit_code, **known)
        except Exception:
            _log.exception("The summary cannot be read; the run is reported without its figures")
            payload = _Figures({}, "summary_unreadable").payload(run, exit_code, **known)
        return self._delivery.keep_end(payload, run)


_current_run: "contextvars.ContextVar[Optional[Run]]" = contextvars.ContextVar("runledger_run", default=None)


def current_run() -> "Run":
    """The run whose ``with`` block surrounds the caller; without one, a run of which nothing is reported."""
    return _current_run.get() or Run(None, None)


class Run:
    """One run from its start to its end; leaving its ``with`` block before :meth:`complete` reports a failed run.

    In a coroutine use ``async with``: the start is on disk when the block is entered, the end when it is left.
    """

    def __init__(self, reporter: Optional[RunReporter], run: Optional["_OpenRun"]) -> None:
        self.id: Optional[RunId] = None
        self._reporter = reporter
        self._open: Optional[_OpenRun] = None
        if reporter is not None and run is not None:
            self._open = run
            self.id = RunId.kept(run.run_id, reporter._spool)
        self._process = os.getpid()
        self._has_begun = False
        self._later: Optional[List[Callable[[], Any]]] = None
        self._token: Any = None
        if not _is_in_event_loop():
            self._begin()

    @_never_raises
    def _begin(self) -> None:
        if self._reporter is not None and self._open is not None and not self._has_begun:
            if self._process == os.getpid():
                self._has_begun = True
                self._reporter._begin(self._open)

    @_never_raises
    def count(self, dimension: str, key: str, **counts: float) -> None:
        """Counts outcomes: ``run.count("provider", "openai", evaluated=1, approved=1)``. Calls add up.

        :param dimension: ``provider``, ``type``, ``difficulty``, or one of your own, such as ``model``
        :param counts: ``generated``, ``evaluated``, ``approved``, ``rejected``, ``inserted``, ``failures``,
            ``api_calls``, ``cost_usd``, or of your own; what was counted here goes before what a summary says
        """
        if self._open is not None:
            self._open.outcomes.count(dimension, key, counts)

    @_never_raises
    def metric(self, name: str, value: float, of: Optional[float] = None) -> None:
        """Adds to a metric of your own: ``run.metric("toxicity", 3, of=49)``, ``run.metric("reviewer_minutes", 12.5)``.

        :param of: what it is a share of; without it the metric is an amount
        """
        if self._open is not None:
            self._open.outcomes.metric(name, value, of)

    @_never_raises
    def watch(self, metrics_tracker: Any) -> None:
        """Has this tracker asked for figures while the run goes on, and at an end that brings none."""
        if self._open is not None:
            self._open.tracker = metrics_tracker

    @_never_raises
    def complete(self, metrics_tracker_or_summary: Any = None, exit_code: Optional[int] = 0) -> Optional[RunId]:
        """Reports the end of the run; only the first end counts.

        :return: the run's id; None if reporting is off or the report could not be written down
        """
        return self._end(metrics_tracker_or_summary, exit_code)

    @_never_raises
    def fail(
        self, error: Any = None, exit_code: Optional[int] = 1, metrics_tracker_or_summary: Any = None
    ) -> Optional[RunId]:
        """Reports that the run failed, with what its summary knows, if there is one."""
        category = type(error).__name__ if isinstance(error, BaseException) else str(error or "not_completed")
        return self._end(metrics_tracker_or_summary, exit_code, category)

    def exit(self, code: Optional[int] = 0) -> None:
        """Ends the process with this exit code, which also ends the run unless its end was reported before.

        ``run.exit(main())`` is ``sys.exit(main())`` for a pipeline that says by its exit code how it went.
        """
        self.complete(exit_code=_exit_code_of(SystemExit(code)))
        sys.exit(code)

    def close(self) -> None:
        """Reports a failed run, unless its end was reported before."""
        self.fail(exit_code=None)

    def __enter__(self) -> "Run":
        self._begin()
        self._token = _current_run.set(self)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._leave(error)

    async def __aenter__(self) -> "Run":
        await _beside_event_loop(self._begin)
        self._later = []
        self._token = _current_run.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._leave(error)
        later, self._later = self._later or [], None
        for work in later:
            await _beside_event_loop(work)

    @_never_raises
    def _leave(self, error: Optional[BaseException]) -> None:
        if self._token is not None:
            _reset(_current_run, self._token)
        if error is None:
            self.close()
        else:
            self.fail(error, _exit_code_of(error))

    def _end(self, given: Any, exit_code: Optional[int], failed: Optional[str] = None) -> Optional[RunId]:
        if given is None and self._open is not None:
            given = self._open.tracker
        reported: Optional[RunId] = self._end_with(_Figures.of(given, is_promised=False, failed=failed), exit_code)
        return reported

    @_never_raises
    def _end_with(self, figures: "_Figures", exit_code: Optional[int]) -> Optional[RunId]:
        run = self._open
        if self._reporter is None or run is None or self._process != os.getpid() or not run.take_end():
            return self.id
        self._begin()
        work = functools.partial(self._reporter._end, run, figures, exit_code, **run.context())
        if self._later is not None:
            self._later.append(work)
            return self.id
        return work()


_SECTIONS = (  # a summary has one of them at least
    *("execution", "generation", "evaluation", "deduplication", "database", "overall", "api", "cost"),
    *("error_classification", "retry", "circuit_breaker", "verification"),
)


class _Figures:
    """What is known about a run that has ended: a summary as plain JSON values, or why there is none."""

    def __init__(self, summary: Dict[str, Any], missing: Optional[str] = None, failed: Optional[str] = None) -> None:
        self.summary = summary
        self.missing = missing
        self.failed = failed

    @classmethod
    def of(cls, given: Any, is_promised: bool = True, failed: Optional[str] = None) -> "_Figures":
        """From a summary, or a tracker that has one; ``failed`` names what made the run fail."""
        if given is None:
            return cls({}, "summary_missing" if is_promised else None, failed)
        try:
            for method in ("to_summary_dict", "get_summary"):
                if not isinstance(given, Mapping) and hasattr(given, method):
                    given = getattr(given, method)()
            summary = _json_value(given, "summary") if isinstance(given, Mapping) else None
        except Exception:
            _log.exception("The summary cannot be read")
            summary = None
        if summary is None:
            _log.warning("There is no summary: the run is reported without its figures")
            return cls({}, "summary_unreadable", failed)
        is_one = any(isinstance(summary.get(section), dict) for section in _SECTIONS)
        return cls(summary, None if is_one else "summary_unreadable", failed)

    def payload(self, run: Optional["_OpenRun"], exit_code: Optional[int], **known: Any) -> Dict[str, Any]:
        """The completion of the run, its gaps filled from its start and the clock."""
        summary = self.summary
        summary_was_sent = bool(summary) or self.missing is not None
        if run is not None:
            known.update(id=run.run_id, questions_requested=run.start["questions_requested"])
            summary = {**summary, "execution": run.filled(_section(summary, "execution"))}
        if self.failed is not None:
            known["status"] = "failed"
        payload = completion_payload(summary, exit_code, missing=self.missing, **known)
        if self.failed is not None and (self.missing or payload["error_summary"] is None):
            payload.update(_failure(self.failed, payload))
        if run is not None:
            if not summary_was_sent and not run.outcomes:
                _warn_of_unknown_figures(payload)
            run.outcomes.add_to(payload)
        return payload


class _Outcomes:
    """What a pipeline counts itself, by dimension and key, and its own metrics."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._counts: Dict[str, Dict[str, Dict[str, Any]]] = {}
        self._metrics: Dict[str, Tuple[Any, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._counts or self._metrics)

    def count(self, dimension: str, key: Any, counts: Mapping[str, Any]) -> None:
        dimension, key = _key(dimension), _key(key)
        if dimension == "type":
            key = QUESTION_TYPES.get(key, key)
        with self._mutex:
            known = self._counts.setdefault(dimension, {}).setdefault(key, {})
            for name, count in counts.items():
                known[name] = _sum(known.get(name), count, name)

    def metric(self, name: str, value: Any, of: Any) -> None:
        name = _key(name)
        with self._mutex:
            known_value, known_of = self._metrics.get(name, (None, None))
            self._metrics[name] = (_sum(known_value, value, name), _sum(known_of, of, name))

    def add_to(self, payload: Dict[str, Any]) -> None:
        """Puts what was counted over what the summary said."""
        with self._mutex:
            counts = {
                dimension: {key: {name: n for name, n in known.items() if n is not None} for key, known in keys.items()}
                for dimension, keys in self._counts.items()
            }
            metrics = {name: _metric(value, of) for name, (value, of) in self._metrics.items() if value is not None}
        breakdowns: Dict[str, Any] = {}
        for dimension, keys in counts.items():
            if dimension == "provider":
                providers = payload.get("provider_metrics") or {}
                payload["provider_metrics"] = {
                    **providers,
                    **{key: {**providers.get(key, {}), **known} for key, known in keys.items()},
                }
                continue
            field = {"type": "type_metrics", "difficulty": "difficulty_metrics"}.get(dimension)
            generated = {key: known["generated"] for key, known in keys.items() if "generated" in known}
            if field and generated:
                payload[field] = {**(payload.get(field) or {}), **generated}
            if field is None or any(known.keys() - {"generated"} for known in keys.values()):
                breakdowns[dimension] = keys
        if breakdowns:
            payload["breakdowns"] = {**(payload.get("breakdowns") or {}), **breakdowns}
        if metrics:
            payload["metrics"] = {**(payload.get("metrics") or {}), **metrics}
        self._fill_totals(payload, counts)

    @staticmethod
    def _fill_totals(payload: Dict[str, Any], counts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        """A total that no summary knows is the sum over the providers, else over the first dimension that has it."""
        for name, field in _TOTALS.items():
            if payload.get(field):
                continue
            for keys in sorted(counts.items(), key=lambda item: item[0] != "provider"):
                counted = [known[name] for known in keys[1].values() if name in known]
                if counted:
                    payload[field] = sum(counted)
                    break


class _OpenRun:
    """A run that this process has begun, and the locked file that says so to others."""

    def __init__(self, start: Dict[str, Any], wrappers_file: Optional[str] = None) -> None:
        self.run_id: str = start["id"]
        self.start = start
        self.wrappers_file = wrappers_file
        self.descriptor: Optional[int] = None
        self.delivery: Optional["_Delivery"] = None
        self.awaits_report = False
        self.gives_way = False
        self.has_ended = False
        self.exit_codes: Optional[str] = None
        self.outcomes = _Outcomes()
        self.tracker: Any = None
        self._began = time.monotonic()
        self._mutex = threading.Lock()

    @property
    def is_joined(self) -> bool:
        """Whether a wrapper has begun it, and will end it if this process does not."""
        return self.wrappers_file is not None

    def take_end(self) -> bool:
        """Whether the caller is the first to report the end."""
        with self._mutex:
            is_first, self.has_ended = not self.has_ended, True
        return is_first

    def context(self) -> Dict[str, Any]:
        return {name: self.start[name] for name in _CONTEXT if name in self.start}

    def filled(self, execution: Dict[str, Any]) -> Dict[str, Any]:
        """The summary's times, their gaps filled. A duration of 0 without an end only says that nobody ended it."""
        own = {
            "start_time": self.start["started_at"],
            "end_time": _now(),
            "duration_seconds": round(time.monotonic() - self._began, 6),
        }
        if not execution.get("end_time") and not execution.get("duration_seconds"):
            execution = {**execution, "duration_seconds": None}
        return {**execution, **{name: value for name, value in own.items() if execution.get(name) is None}}

    def fits(self, known: Mapping[str, Any]) -> bool:
        """Whether a report that knows so much can be this run's end: nothing that both know differs."""
        return not self.has_ended and all(
            known[name] is None or self.start.get(name) in (None, _json_value(known[name], name))
            for name in ("environment", "triggered_by", "client_run_id")
        )

    def partial(self) -> Dict[str, Any]:
        """The figures so far, for a heartbeat; what is not known is left out."""
        figures = _Figures.of(self.tracker, is_promised=False)
        payload = figures.payload(self, None)
        has_summary = bool(figures.summary)
        return {
            name: payload[name] for name in _PARTIAL if payload.get(name) is not None and (payload[name] or has_summary)
        }


def _first(one: Any, other: Any) -> Any:
    return other if one is None else one


def _known_of(values: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _sum(known: Any, more: Any, name: str) -> Any:
    more = _json_value(more, name)
    if more is None:
        return known
    if not _is_number(more):
        raise TypeError("%s is %r, not a number" % (name, more))
    return more if known is None else known + more


def _exit_code_of(error: BaseException) -> Optional[int]:
    """What the interpreter will exit with if this is what ends it."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 1


def _reset(variable: "contextvars.ContextVar[Any]", token: Any) -> None:
    try:
        variable.reset(token)
    except ValueError:
        pass  # entered in another context, whose variable it is


def _is_in_event_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _beside_event_loop(work: Callable[[], Any]) -> None:
    import asyncio

    try:
        beside = asyncio.get_running_loop().run_in_executor(None, work)
    except RuntimeError:
        work()  # the loop is closing
        return
    await asyncio.shield(beside)


def _warn_of_unknown(arguments: Mapping[str, Any]) -> None:
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
_AMPLE_FILES = 1000
_AMPLE_BYTES = 1 << 20
_ALONE_SECONDS = 24 * 3600
_LONGEST_PAUSE_SECONDS = 300.0
_FIRST_PAUSE_SECONDS = 1.0


class _Report(NamedTuple):
    """A report that waits, as its name describes it."""

    name: str
    kind: str
    run_id: str
    size: int


class _Content(NamedTuple):
    """The body to post, to the letter, and whether it gives way to any other end of its run."""

    body: bytes
    adopted: bool


class _Unreadable(Exception):
    """A file that holds no report."""


class _NewerFormat(Exception):
    """A report that a newer reporter wrote: not ours to touch."""


class _Spool:
    """The folder that SPOOL.md describes; one object per folder and process, for locks belong to processes."""

    _all: Dict[str, "_Spool"] = {}
    _joined: Set[str] = set()

    @classmethod
    def at(cls, directory: Optional[str], max_files: int, max_bytes: int) -> "_Spool":
        path = os.path.realpath(os.path.expanduser(directory)) if directory else _spool_place(os.environ)
        spool = cls._all.setdefault(path, cls(path))
        spool.max_files, spool.max_bytes = max_files, max_bytes
        return spool

    def __init__(self, path: str) -> None:
        self.path = path
        self.max_files = self.max_bytes = 0
        self._micros = self._sequence = self._ample = 0
        self._ample_for: Tuple[int, ...] = ()
        self._looked_through: Tuple[Any, ...] = ()
        self.forget_parent()

    def forget_parent(self) -> None:
        """In a new process: open runs and held locks are the parent's, and its other threads are not here."""
        self._mutex = threading.RLock()
        self._draining = threading.Lock()
        self._own: Dict[str, _OpenRun] = {}
        self._claimed: Dict[str, str] = {}

    def joined(self, start: Dict[str, Any]) -> Optional[_OpenRun]:
        """The run that a wrapper of this process has begun, if nobody has ended or joined it yet."""
        run_id = os.environ.get("RUNLEDGER_RUN_ID", "").strip().lower()
        file = os.environ.get("RUNLEDGER_RUN_OPEN_FILE", "")
        if not _OPEN_NAME.fullmatch(run_id + ".json") or (file and not os.path.exists(file)):
            return None
        with self._mutex:
            if run_id in self._own or run_id in self._joined:
                return None
            self._joined.add(run_id)
        begun: Dict[str, Any] = {}
        try:
            with open(file, "rb") as content:
                begun = _members(content.read())["payload"][0]
        except (OSError, _Unreadable, _NewerFormat):
            pass  # then the wrapper's report says it
        own = {name: value for name, value in start.items() if value}
        gaps = {name: begun[name] for name in (*_CONTEXT, "started_at", "questions_requested") if begun.get(name)}
        begun = {**start, **gaps, **own, "id": run_id, "started_at": gaps.get("started_at", start["started_at"])}
        return _OpenRun(begun, wrappers_file=file)

    def begin(self, run: _OpenRun) -> None:
        """Writes the open file, whose lock says that this process lives, then the start report."""
        with self._mutex:
            previous = self._own.get(run.run_id)
            self._own[run.run_id] = run  # known as ours before others can see it
            try:
                if not run.is_joined:
                    document = self._document("start", run.start, liveness="lock", expires_at=None)
                    self._write(document, "open", run.run_id + ".json", run)
            finally:
                _close(previous)
            self.put("start", run.start)
        if run.wrappers_file and fcntl is not None:
            threading.Thread(target=self._outlive_wrapper, args=(run,), name="runledger-wrapper", daemon=True).start()

    def _outlive_wrapper(self, run: _OpenRun) -> None:
        """Takes over the lock on the open file should the wrapper die: its run goes on as long as this process does."""
        try:
            descriptor = os.open(run.wrappers_file or "", os.O_RDWR)
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
        except OSError:
            return  # the next process to look may take the run for dead
        with self._mutex:
            if self._own.get(run.run_id) is run:
                run.descriptor = descriptor
            else:
                os.close(descriptor)

    def claim(self, started_at: Any, known: Mapping[str, Any]) -> Optional[_OpenRun]:
        """The run that this process has begun and that a report about a finished run is the end of, if any."""
        with self._mutex:
            surrounding = current_run()._open
            if surrounding is not None and self._own.get(surrounding.run_id) is surrounding and surrounding.fits(known):
                run = surrounding
            else:
                fitting = [run for run in self._own.values() if run.awaits_report and run.fits(known)]
                if not fitting:
                    return None
                moment = _instant(started_at) or time.time()
                run = min(fitting, key=lambda run: abs((_instant(run.start["started_at"]) or 0.0) - moment))
            if not run.take_end():
                return None  # another thread was faster
            if known["client_run_id"]:
                self._claimed[str(known["client_run_id"])] = run.run_id
            return run

    def id_of_claimed(self, client_run_id: Any) -> Optional[str]:
        """The id under which this name was reported before, so that a report repeated is the same run."""
        return self._claimed.get(str(client_run_id)) if client_run_id else None

    def unended(self) -> List[_OpenRun]:
        """The runs that this process has begun and not ended."""
        with self._mutex:
            return list(self._own.values())

    def ended(self, run: _OpenRun) -> None:
        """Removes the open file, now that the run's end is in the queue, or will never be."""
        with self._mutex:
            self._own.pop(run.run_id, None)
            try:
                if run.wrappers_file:
                    _unlink(run.wrappers_file)
                elif run.descriptor is not None:
                    _unlink(self._file("open", run.run_id + ".json"))
            finally:
                _close(run)

    def put(self, kind: str, payload: Mapping[str, Any], adopted: bool = False) -> bool:
        """Writes a report to the queue; when this returns, it is safe.

        :param adopted: it gives way to any other end of its run
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

    def holds(self, run_id: str) -> bool:
        """Whether a report of this run waits."""
        return any(run_id in name for name in self._names("queue"))

    def read(self, report: _Report) -> Optional[_Content]:
        """What is in a report; None if it is gone by now."""
        try:
            with open(self._file("queue", report.name), "rb") as file:
                members = _members(file.read())
        except FileNotFoundError:
            return None
        content = tuple(members.get(name, (None,))[0] for name in ("kind", "run_id"))
        if content != (report.kind, report.run_id):
            raise _Unreadable("kind and run_id are %s and %s, its name says otherwise" % content)
        return _Content(members["payload"][1].encode("utf-8"), members.get("adopted", (None,))[0] is True)

    def delivered(self, name: str) -> None:
        _unlink(self._file("queue", name))
        _unlink(self._file("retry", name))

    def quarantine(self, name: str, status: Optional[int], detail: Any, folder: str = "queue", **more: Any) -> None:
        """Puts aside what the server refused, or what cannot be read, with the reason beside it."""
        _log.warning("Report %s goes to quarantine: %s %s", name, status or "(no answer)", detail)
        try:
            with self._mutex:
                self._make_room_in_quarantine(os.stat(self._file(folder, name)).st_size)
                reason = {"status": status, "detail": detail, "at": _utc(), **more}
                self._write(_dumped(_json_value(reason, "reason")), "quarantine", name + ".reason")
                os.rename(self._file(folder, name), self._file("quarantine", name))
                _sync_folder(self._file("quarantine"))
                _unlink(self._file("retry", name))
        except FileNotFoundError:
            pass  # dropped or delivered by someone meanwhile

    def quarantined(self) -> Iterator[Tuple[str, Dict[str, Any]]]:
        """What is in quarantine, by name, each with its reason."""
        for name in self._names("quarantine"):
            if not name.endswith(".reason"):
                yield name, _read_object(self._file("quarantine", name + ".reason"))

    def requeue(self, is_wanted: Callable[[Dict[str, Any]], bool]) -> int:
        """Puts back from quarantine what was refused for a reason that may be gone.

        :return: how many
        """
        count = 0
        for name, reason in self.quarantined():
            was_refused = reason.get("status") is not None or reason.get("gave_up") is True
            if was_refused and _NAME.fullmatch(name) and is_wanted(reason):
                with self._mutex:
                    _unlink(self._file("retry", name))
                    os.rename(self._file("quarantine", name), self._file("queue", name))
                    _unlink(self._file("quarantine", name + ".reason"))
                count += 1
        return count

    def requeue_from_others(self, backend: str) -> None:
        """Puts back what another backend, by URL and key, refused for being wrong."""
        path = self._file("quarantine")
        if self._looked_through != (backend, os.stat(path).st_mtime_ns):
            self.requeue(lambda reason: reason.get("backend") not in (None, backend))
            self._looked_through = (backend, os.stat(path).st_mtime_ns)

    def retries(self) -> Dict[str, "_Retry"]:
        """What has failed so far, by the name of the report; what is about no report that waits is removed."""
        retries = {}
        for name in self._names("retry"):
            if os.path.exists(self._file("queue", name)):
                retry = _Retry.of(_read_object(self._file("retry", name)))
                if retry is not None:
                    retries[name] = retry
            else:
                _unlink(self._file("retry", name))
        return retries

    def write_retry(self, name: str, retry: "_Retry") -> None:
        self._write(_dumped(retry.members()), "retry", name, durable=False)

    def drain_lock(self) -> Optional["_DrainLock"]:
        """The right to deliver; None if someone else has it."""
        if not self._draining.acquire(blocking=False):
            return None
        descriptor = None
        try:
            self._make_folders()
            descriptor = _open_file(self._file("drain.lock"), os.O_RDWR | os.O_CREAT)
            if _locked(descriptor):
                return _DrainLock(self._draining, descriptor)
        except BaseException:
            _close_descriptor(descriptor)
            self._draining.release()
            raise
        _close_descriptor(descriptor)
        self._draining.release()
        return None

    def adopt(self) -> bool:
        """Reports the runs whose process died.

        :return: False if there was no room for one of them
        """
        room = True
        for name in self._names("open"):
            match = _OPEN_NAME.fullmatch(name)
            if match:
                try:
                    with self._mutex:
                        if match["run"] not in self._own:
                            room = self._adopt(name, match["run"]) and room
                except (OSError, ValueError) as failure:
                    _log.warning("Open run %s cannot be looked after: %s", match["run"], failure)
        return room

    def tidy(self) -> None:
        """Removes what writers left that died before they promised anything, and puts aside what is no report."""
        waste = [("tmp", name) for name in self._names("tmp")]
        quarantine = self._names("quarantine")
        lone = {name for name in quarantine if name.endswith(".reason")} - {name + ".reason" for name in quarantine}
        for folder, name in [*waste, *(("quarantine", name) for name in sorted(lone))]:
            if self._is_abandoned(folder, name):
                _log.warning("%s in %s was left half-written by a process that died: removed", name, folder)
                _unlink(self._file(folder, name))
        for name in self._names("queue"):
            if not _NAME.fullmatch(name) and not name.startswith(".") and os.path.isfile(self._file("queue", name)):
                self.quarantine(name, None, "its name is no report's")

    def count_dropped(self, what: str, count: int = 1) -> None:
        _log.warning("The spool %s is full: %d %s given up", self.path, count, what)
        try:
            descriptor = _open_file(self._file("counters.lock"), os.O_RDWR | os.O_CREAT)
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

    def dropped(self) -> Dict[str, int]:
        counts = _read_object(self._file("dropped.json"))
        return {name: int(counts.get(name, 0)) for name in ("starts", "completions", "quarantined")}

    def open_runs(self) -> List[str]:
        return [name for name in self._names("open") if _OPEN_NAME.fullmatch(name)]

    def unfinished(self) -> List[str]:
        return self._names("tmp")

    def _adopt(self, name: str, run_id: str) -> bool:
        path = self._file("open", name)
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return True
        try:
            if not _locked(descriptor) or not _is_named(descriptor, path):
                return True
            try:
                members = _members(_read_all(descriptor))
                start = members["payload"][0]
                if start.get("id") != run_id:
                    raise _Unreadable("payload.id is not %s" % run_id)
                if members.get("liveness", (None,))[0] == "deadline":
                    expires_at = _instant(members.get("expires_at", (None,))[0])
                    if expires_at is None or time.time() < expires_at:
                        return True
            except _NewerFormat:
                return True
            except _Unreadable as unreadable:
                self.quarantine(name, None, str(unreadable), "open")
                return True
            if not self.put("completion", died_payload(start), adopted=True):
                return False
            _log.warning("Run %s ended without a word: its process died. Reported as failed", run_id)
            _unlink(path)
            return True
        finally:
            os.close(descriptor)

    def _make_room(self, kind: str, size: int) -> bool:
        self._ample -= size
        if self._ample > 0 and self._ample_for == (self.max_files, self.max_bytes, int(time.monotonic())):
            return True  # there was far more than enough within this second
        names = self._names("queue")
        files = len(names) + 1 - self.max_files
        size += sum(_size_in(name) for name in names) - self.max_bytes
        if files < -_AMPLE_FILES and size < -_AMPLE_BYTES:
            self._ample = _AMPLE_BYTES
            self._ample_for = (self.max_files, self.max_bytes, int(time.monotonic()))
        giving_way = []
        if kind == "completion":
            for name in names:
                if files <= 0 and size <= 0:
                    break
                match = _NAME.fullmatch(name)
                if match and match["kind"] == "start":
                    giving_way.append(name)
                    files -= 1
                    size -= int(match["bytes"])
        if files > 0 or size > 0:
            if kind == "start":
                self.count_dropped("starts")
            return False
        for name in giving_way:
            self.delivered(name)
        if giving_way:
            self.count_dropped("starts", len(giving_way))
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
            self.count_dropped("quarantined", dropped)

    def _size_of_quarantined(self, name: str) -> int:
        match = _NAME.fullmatch(name)
        try:
            return int(match["bytes"]) if match else os.stat(self._file("quarantine", name)).st_size
        except FileNotFoundError:
            return 0

    def _add_dropped(self, what: str, count: int) -> None:
        counts = self.dropped()
        counts[what] += count
        self._write(_dumped({**counts, "last_at": _utc()}), "", "dropped.json")

    def _document(self, kind: str, payload: Mapping[str, Any], **more: Any) -> bytes:
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

    def _write(
        self,
        content: bytes,
        folder: str,
        name: str,
        locked_by: Optional[_OpenRun] = None,
        durable: bool = True,
    ) -> None:
        """Temporary file, fsync, rename, fsync of the folder; ``locked_by`` keeps the file open and locked."""
        self._make_folders()
        temporary = self._file("tmp", "%d-%s" % (os.getpid(), os.urandom(8).hex()))
        descriptor = _open_file(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        kept = False
        try:
            if locked_by and not _locked(descriptor):
                raise OSError(errno.ENOLCK, "a new file cannot be locked")
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if durable:
                os.fsync(descriptor)
            os.rename(temporary, self._file(folder, name))
            if locked_by:
                locked_by.descriptor = descriptor
                kept = True
            if durable:
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
        if not self.path:
            raise OSError(errno.EACCES, "no place for a spool that is ours alone")
        for folder in ("tmp", "queue", "retry", "quarantine", "open"):
            _make_folder(self._file(folder))

    def _is_abandoned(self, folder: str, name: str) -> bool:
        try:
            return time.time() - os.stat(self._file(folder, name)).st_mtime > _ABANDONED_SECONDS
        except FileNotFoundError:
            return False

    def _names(self, folder: str) -> List[str]:
        try:
            return sorted(os.listdir(self._file(folder))) if self.path else []
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _file(self, *parts: str) -> str:
        return os.path.join(self.path, *parts)


def _spool_place(environment: Mapping[str, str]) -> str:
    """Where reports wait unless the code says so; empty if there is no place that is ours alone. See SPOOL.md."""
    place, home = environment.get("RUNLEDGER_SPOOL_DIR", "").strip(), environment.get("HOME", "")
    if place:
        return os.path.realpath(home + place[1:] if home and place.startswith("~/") else place)
    if os.path.isabs(home) and os.path.isdir(home):
        return os.path.realpath(os.path.join(home, ".runledger", "spool"))
    if not hasattr(os, "getuid"):
        return ""
    place = "/var/tmp/runledger-%d" % os.getuid()
    return place + "/spool" if _is_ours(place) else ""


def _is_ours(folder: str) -> bool:
    """Whether a folder, made if it is missing, is a real one of this user that nobody else can write to."""
    try:
        _make_folder(folder)
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


class _Retry(NamedTuple):
    """What happened so far to a report that could not be delivered. Times are seconds since 1970."""

    attempts: int
    first_failed_at: float
    last_failed_at: float
    next_attempt_at: float
    alone_since: Optional[float]
    error: str

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Optional["_Retry"]:
        """From its file; None if that cannot be read."""
        attempts, error = members.get("attempts"), members.get("error")
        first, last, due = (_instant(members.get(name)) for name in cls._fields[1:4])
        if not isinstance(attempts, int) or not isinstance(error, str) or first is None or last is None or due is None:
            return None
        return cls(attempts, first, last, due, _instant(members.get("alone_since")), error)

    def members(self) -> Dict[str, Any]:
        times = {name: _iso(getattr(self, name)) for name in self._fields[1:5] if getattr(self, name) is not None}
        return {**self._asdict(), **times}

    @classmethod
    def after(
        cls, before: Optional["_Retry"], outcome: str, error: str, recorded: bool, now: float, chance: float
    ) -> Optional["_Retry"]:
        """What is known after one more failure; None if the report has been tried alone for long enough.

        :param recorded: whether another report was recorded in the same pass
        :param chance: 0 to 1, from the shortest pause to the longest
        """
        is_the_reports = outcome == "failed" or recorded
        alone_since = before.alone_since if before else None
        if is_the_reports and alone_since is not None and now - alone_since >= _ALONE_SECONDS:
            return None
        attempts = (before.attempts if before else 0) + int(is_the_reports)
        return cls(
            attempts,
            before.first_failed_at if before else now,
            now,
            now + _pause(attempts, chance) if is_the_reports else now,
            now if alone_since is None and recorded else alone_since,
            error[:500],
        )


def _pause(failures: int, chance: float) -> float:
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** min(max(failures, 1) - 1, 20))
    return longest * (0.5 + chance / 2)


def _chance() -> float:
    return int.from_bytes(os.urandom(4), "big") / 2**32


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
        self._condition = threading.Condition()
        self._thread: Optional[threading.Thread] = None
        self._is_new = self._is_used = self._is_exiting = False
        self._unspooled: List[Tuple[str, Mapping[str, Any]]] = []
        self._early_ends = 0
        self._posted_at = 0.0

    def keep_end(self, payload: Dict[str, Any], run: Optional[_OpenRun], gives_way: bool = False) -> Optional[RunId]:
        """Writes the end of a run to the spool; what cannot be written is tried once, directly.

        :param gives_way: to any other end of this run
        :return: the run's id, if its end is safe
        """
        adopted = gives_way or (run is not None and run.gives_way)
        put = functools.partial(self._spool.put, "completion", payload, adopted=adopted)
        kept = self._attempt(put)
        if run is not None and (kept or not run.is_joined):
            # Whoever finds the open file would report a run that has ended as dead. A wrapper knows better.
            self._attempt(functools.partial(self._spool.ended, run))
        if not kept:
            kept = self._attempt(put)  # there may be room now
        if not kept:
            _log.warning("The end of run %s cannot be written to the spool: tried once without", payload["id"])
            self.try_once("completion", payload)
        self.start()
        return RunId.kept(payload["id"], self._spool) if kept else None

    def end_as_died(self, run: _OpenRun) -> None:
        """Reports a run that this process never ended as an adopter would: the process is ending."""
        if run.is_joined:
            return
        payload = died_payload(run.start)
        kept = self._attempt(functools.partial(self._spool.put, "completion", payload, adopted=True))
        if kept:
            self._spool.ended(run)
        elif run.descriptor is None:
            self.try_once("completion", payload)  # else the next process finds its open file

    def keep_start(self, payload: Dict[str, Any]) -> None:
        """Writes the start of a run that another process goes on with: there is no open file to hold."""
        if not self._attempt(functools.partial(self._spool.put, "start", payload)):
            self.try_once("start", payload)
        self.start()

    def try_once(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Posts a report that could not be written down, once."""
        with self._condition:
            self._unspooled = [*self._unspooled[-99:], (kind, payload)]
            self._condition.notify_all()

    def start(self) -> None:
        """Sees to it that someone delivers."""
        with self._condition:
            self._is_new = self._is_used = True
            self._condition.notify_all()
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="runledger-delivery", daemon=True)
                try:
                    thread.start()
                    self._thread = thread
                except RuntimeError as failure:
                    _log.warning("No thread to deliver with (%s): left to the next process", failure)

    def exit(self, deadline: float) -> None:
        """At the interpreter's exit: one more try, whatever the backoff, for as long as the deadline allows."""
        if self._unspooled or (self._is_used and self._attempt(self._spool.waiting)):
            self.start()
        with self._condition:
            self._is_exiting = True
            self._condition.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(max(0.0, deadline - time.monotonic()))
        elif self._unspooled:
            self._post_unspooled(deadline)

    def deliver_all(self, seconds: float) -> "_Pass":
        """Delivers here and now, everything as if it were due, until nothing waits or the time is up."""
        deadline = time.monotonic() + seconds
        total = _Pass(self._spool, self._server, self._post, everything_is_due=True)
        while True:
            self._spool.adopt()
            lock = self._spool.drain_lock()
            pause = _FIRST_PAUSE_SECONDS
            if lock is not None:
                with lock:
                    self._spool.tidy()
                    total.run(deadline)
                pause = max(pause, total.retry_after)
            if not self._is_anything_left(total) or time.monotonic() + pause >= deadline:
                return total
            time.sleep(pause)

    def _run(self) -> None:
        while True:
            try:
                self._deliver()
            except Exception:
                _log.exception("Delivery stopped; reports wait in the spool for the next one")
            with self._condition:
                if not self._unspooled and (self._is_exiting or not self._is_new):
                    self._thread = None
                    return

    def _deliver(self) -> None:
        while True:
            with self._condition:
                self._is_new, last = False, self._is_exiting
            self._post_unspooled()
            lacks_room = self._attempt(self._spool.adopt) is False
            lock = self._attempt(self._spool.drain_lock)
            done: Optional[_Pass] = None
            if lock is not None:
                with lock:
                    self._attempt(self._spool.tidy)
                    offered = _Pass(self._spool, self._server, self._post, everything_is_due=last)
                    done = self._attempt(offered.run)
            if last or not (lacks_room or self._is_anything_left(done)):
                return
            if not self._wait(done, has_lock=lock is not None):
                return

    def _is_anything_left(self, done: Optional["_Pass"]) -> bool:
        left_alone = done.left_alone if done else set()
        return any(report.name not in left_alone for report in self._attempt(self._spool.waiting) or ())

    def _wait(self, done: Optional["_Pass"], has_lock: bool) -> bool:
        """Waits for the time of the next pass, or for what comes first.

        :return: whether there is to be one
        """
        seconds, is_patient = _FIRST_PAUSE_SECONDS, False
        retry_after = done.retry_after if done else 0.0
        if has_lock and (done is None or done.ended_early):
            self._early_ends = 1 if done and done.has_answers else self._early_ends + 1
            seconds = max(_pause(self._early_ends, _chance()), retry_after)
            is_patient = done is None or done.has_fresh_failures or retry_after > 0
        elif done is not None:
            self._early_ends = 0
            if done.next_due is not None:
                seconds = max(0.0, done.next_due - time.time())
        with self._condition:
            self._condition.wait_for(
                lambda: self._is_exiting or self._unspooled or (self._is_new and not is_patient), seconds
            )
            return not (self._is_exiting and retry_after)

    def _attempt(self, step: Callable[[], Any]) -> Any:
        """One step; what goes wrong with one file or folder is logged and keeps no other step from being taken."""
        try:
            return step()
        except Exception as failure:
            _log.warning("Spool %s: %s", self._spool.path or "(none)", failure)
            return None

    def _post_unspooled(self, deadline: Optional[float] = None) -> None:
        with self._condition:
            reports, self._unspooled = self._unspooled, []
        for kind, payload in reports:
            answer = self._post(_dumped(payload), None if deadline is None else deadline - time.monotonic())
            if answer.outcome != "recorded":
                _log.error("Report of run %s is lost: %s", payload["id"], answer.words)
                self._attempt(functools.partial(self._spool.count_dropped, kind + "s"))

    def _post(self, body: bytes, timeout: Optional[float] = None) -> "_Answer":
        """No faster than one report every 20 ms."""
        time.sleep(min(0.02, max(0.0, self._posted_at + 0.02 - time.monotonic())))
        self._posted_at = time.monotonic()
        return self._server.post("", body, timeout)


class _Pass:
    """Offers to the server what waits, each report when it is its time, so that none waits for another."""

    def __init__(
        self,
        spool: _Spool,
        server: "_Server",
        post: Callable[[bytes], "_Answer"],
        everything_is_due: bool = False,
    ) -> None:
        self._spool = spool
        self._server = server
        self._post = post
        self._everything_is_due = everything_is_due
        self._retries: Dict[str, _Retry] = {}
        self._put_off: Dict[str, str] = {}
        self._failures_in_a_row = 0
        self._has_delivered = False
        self.left_alone: Set[str] = set()
        self.delivered = self.refused = 0
        self.ended_early = self.has_fresh_failures = self.has_answers = False
        self.retry_after = 0.0
        self.last_failure: Optional[str] = None

    def run(self, deadline: float = math.inf) -> "_Pass":
        self._spool.requeue_from_others(self._server.backend)
        self._retries = self._spool.retries()
        self._put_off = {}
        self._failures_in_a_row, self._has_delivered, self.ended_early, self.retry_after = 0, False, False, 0.0
        while (self._offer_fresh(deadline) or self._offer_due()) and time.monotonic() < deadline:
            pass
        return self

    @property
    def next_due(self) -> Optional[float]:
        """When the next report that has failed is to be tried; None if there is none."""
        return min((retry.next_attempt_at for retry in self._retries.values()), default=None)

    def _offer_fresh(self, deadline: float) -> bool:
        """Offers what has not failed yet, and whose run has not.

        :return: whether there was something, so that a look for more is worth it
        """
        if self.ended_early:
            return False
        offered = False
        waits = set(self._put_off)
        for report in self._spool.waiting():
            if report.run_id in waits or report.name in self.left_alone:
                continue
            if report.name in self._retries:
                waits.add(report.run_id)
                continue
            offered = True
            if not self._offer(report, is_fresh=True):
                waits.add(report.run_id)
            if self.ended_early or time.monotonic() >= deadline:
                return False
        return offered

    def _offer_due(self) -> bool:
        """Offers the one that is due the longest.

        :return: whether there was one
        """
        if self.ended_early:
            return False
        oldest: Dict[str, _Report] = {}
        for report in self._spool.waiting():
            oldest.setdefault(report.run_id, report)
        due = [
            (self._retries[report.name].next_attempt_at, report)
            for run_id, report in oldest.items()
            if report.name in self._retries and run_id not in self._put_off
        ]
        if not due or not (self._everything_is_due or min(due)[0] <= time.time()):
            return False
        self._offer(min(due)[1], is_fresh=False)
        return True

    def _offer(self, report: _Report, is_fresh: bool) -> bool:
        """:return: whether the report is dealt with, so that the next one of its run may follow"""
        try:
            content = self._spool.read(report)
        except _NewerFormat:
            self.left_alone.add(report.name)
            return True
        except _Unreadable as unreadable:
            self._spool.quarantine(report.name, None, str(unreadable))
            return True
        if content is None:
            return True
        answer = self._post(content.body)
        if answer.outcome in ("failed", "away"):
            return self._put_aside(report, answer, is_fresh)
        self._failures_in_a_row = 0
        self.has_answers = True
        self._retries.pop(report.name, None)
        if answer.outcome == "recorded":
            self._spool.delivered(report.name)
            self._others_failed_alone()
            self.delivered += 1
            self._has_delivered = True
            _log.info("Run %s: %s delivered", report.run_id, report.kind)
        elif content.adopted and answer.status == 409:
            self._spool.delivered(report.name)  # it had ended properly after all
        else:
            self.refused += 1
            more = {"backend": self._server.backend} if answer.status in (401, 403, 404, 405) else {}
            self._spool.quarantine(report.name, answer.status, answer.detail, **more)
        return True

    def _put_aside(self, report: _Report, answer: "_Answer", is_fresh: bool) -> bool:
        self.last_failure = answer.words
        self._failures_in_a_row += 1
        self.has_fresh_failures = self.has_fresh_failures or is_fresh
        self.retry_after = answer.retry_after
        is_away = answer.outcome == "away" and (is_fresh or not self._has_delivered)
        self.ended_early = bool(is_away or self._failures_in_a_row == 3 or answer.retry_after)
        before = self._retries.get(report.name)
        retry = _Retry.after(before, answer.outcome, answer.words, self._has_delivered, time.time(), _chance())
        if retry is None:
            self._retries.pop(report.name)
            self._spool.quarantine(report.name, answer.status, answer.words, gave_up=True)
            return True
        _log.warning("Run %s not delivered yet: %s", report.run_id, answer.words)
        self._put_off[report.run_id] = report.name
        self._keep(report.name, retry)
        return False

    def _others_failed_alone(self) -> None:
        """The server is well: what has failed beside this has failed alone."""
        for name in self._put_off.values():
            retry = self._retries.get(name)
            if retry is not None and retry.alone_since is None:
                self._keep(name, retry._replace(alone_since=time.time()))

    def _keep(self, name: str, retry: _Retry) -> None:
        self._retries[name] = retry
        try:
            self._spool.write_retry(name, retry)
        except OSError as failure:
            _log.warning("What failed cannot be written down: %s", failure)


class _Heartbeats:
    """Tells the server now and then that runs of this process go on, and their figures so far. Never spooled."""

    _LONGEST_PAUSE_SECONDS = 600.0

    def __init__(self, server: "_Server", seconds: float) -> None:
        self._server = server
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._thread: Optional[threading.Thread] = None
        self._process = os.getpid()
        self._runs: List[_OpenRun] = []

    def start(self, run: _OpenRun) -> None:
        if not self._seconds > 0:
            return
        if self._process != os.getpid():  # the thread stayed with the parent, and so did its runs
            self.__init__(self._server, self._seconds)  # type: ignore[misc]
        with self._mutex:
            self._runs.append(run)
            if self._thread is None:
                thread = threading.Thread(target=self._beat, name="runledger-heartbeat", daemon=True)
                try:
                    thread.start()
                    self._thread = thread
                except RuntimeError as failure:
                    _log.warning("No thread to send heartbeats with: %s", failure)

    def _beat(self) -> None:
        pause = float(self._seconds)
        while True:
            time.sleep(pause)
            with self._mutex:
                self._runs = [run for run in self._runs if not run.has_ended]
                if not self._runs:
                    self._thread = None
                    return
                runs = list(self._runs)
            pause = self._next_pause(pause, [self._beat_for(run) for run in runs])

    def _next_pause(self, pause: float, statuses: List[Optional[int]]) -> float:
        """An older server, which knows no heartbeats, is asked less and less."""
        if all(status in (404, 405, 501) for status in statuses):
            return min(2 * pause, max(self._seconds, self._LONGEST_PAUSE_SECONDS))
        return float(self._seconds)

    def _beat_for(self, run: _OpenRun) -> Optional[int]:
        try:
            body = {"at": _now(), "interval_seconds": self._seconds, **run.partial()}
            answer = self._server.post("/%s/heartbeat" % run.run_id, _dumped(body))
            return answer.status
        except Exception as failure:
            _log.info("No heartbeat of run %s: %s", run.run_id, failure)
            return None


class _Answer:
    """What came back from a POST, and what that means for the report: recorded, refused, failed or away."""

    def __init__(self, status: Optional[int], body: bytes = b"", retry_after: Any = None, failure: Any = None) -> None:
        self.status = status
        self.text = body.decode("utf-8", "replace")
        self.json = _json_or_none(self.text)
        self.retry_after = _seconds(retry_after) if status in (429, 503) else 0.0
        self.words = str(failure) if status is None else "HTTP %d %s" % (status, self.text[:200])

    @property
    def outcome(self) -> str:
        if self.status == 201 and isinstance(self.json, dict) and self.json.get("id"):
            return "recorded"
        if self.status is not None and 400 <= self.status < 500 and self.status not in (407, 408, 425, 429):
            return "refused" if self._is_runledgers_error() else "away"
        if self.status is not None and self.status >= 500 and self.status not in (502, 503, 504):
            return "failed"
        return "away"

    @property
    def detail(self) -> Any:
        """The server's reason as it gave it."""
        return self.json["detail"]

    def _is_runledgers_error(self) -> bool:
        """Whether this is an error as Runledger spells it, rather than one of a proxy or a platform's edge."""
        if not isinstance(self.json, dict) or set(self.json) != {"detail"}:
            return False
        return isinstance(self.json["detail"], (str, list, dict)) and bool(self.json["detail"])


class _Server:
    """Runledger's REST API for runs."""

    _PATH = "/v1/admin/generation-runs"

    def __init__(self, backend_url: str, service_key: str, timeout: Any) -> None:
        import hashlib

        url = backend_url.rstrip("/")
        self.backend = hashlib.sha256(("%s\n%s" % (url, service_key)).encode("utf-8")).hexdigest()[:8]
        self._url = url + self._PATH
        self._headers = {
            "Content-Type": "application/json",
            "X-Service-Key": service_key,
            "User-Agent": "runledger-reporter-python/" + __version__,
        }
        try:
            self._timeout = min(10.0, float(timeout))
        except (TypeError, ValueError):
            self._timeout = 10.0
        self._exchange = _http()

    def post(self, path: str, body: bytes, timeout: Optional[float] = None) -> _Answer:
        return self._ask("POST", path, body, self._timeout if timeout is None else min(timeout, self._timeout))

    def get(self, path: str) -> _Answer:
        return self._ask("GET", path, None, self._timeout)

    def _ask(self, method: str, path: str, body: Optional[bytes], timeout: float) -> _Answer:
        try:
            with self._exchange(method, self._url + path, body, self._headers, max(0.001, timeout)) as response:
                return _Answer(response.status, response.read(1 << 20), response.headers.get("Retry-After"))
        except Exception as failure:
            return _Answer(None, failure=str(failure).replace(self._headers["X-Service-Key"], "(key)"))


def _http() -> Callable[..., Any]:
    """HTTP by the proxies of the environment; no redirects, every status an answer, a deadline for the whole.

    It is imported here, so that what only looks at files starts without it, and whole before there is a thread: a fork
    in the middle of an import would leave half of it to the child.
    """
    import email.utils  # noqa: F401
    import encodings.idna  # noqa: F401
    import http.client
    import io
    import urllib.request

    class UntilDeadline(io.RawIOBase):
        def __init__(self, stream: Any, sock: Any, deadline: float) -> None:
            self._stream = stream
            self._sock = sock
            self._deadline = deadline

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> Any:
            self._sock.settimeout(_left(self._deadline))
            return self._stream.raw.readinto(buffer)

        def close(self) -> None:
            self._stream.close()
            super().close()

    class Response(http.client.HTTPResponse):
        """Reads against a deadline, where a plain one waits anew for every trickling byte."""

        def __init__(self, deadline: float, sock: Any, *arguments: Any, **named: Any) -> None:
            super().__init__(sock, *arguments, **named)
            self.fp = io.BufferedReader(UntilDeadline(self.fp, sock, deadline))

    class Connection(http.client.HTTPConnection):
        def __init__(self, host: str, timeout: float, **options: Any) -> None:
            super().__init__(host, timeout=min(timeout, _CONNECT_SECONDS), **options)
            self._deadline = time.monotonic() + timeout
            self.response_class = functools.partial(Response, self._deadline)  # type: ignore[assignment]

        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(_left(self._deadline))

    class SecureConnection(Connection, http.client.HTTPSConnection):
        pass

    class HttpHandler(urllib.request.HTTPHandler):
        def http_open(self, request: Any) -> Any:
            return self.do_open(Connection, request)  # type: ignore[arg-type]

    class HttpsHandler(urllib.request.HTTPSHandler):
        def https_open(self, request: Any) -> Any:
            return self.do_open(SecureConnection, request)  # type: ignore[arg-type]

    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(), HttpHandler(), HttpsHandler(), urllib.request.UnknownHandler()):
        opener.add_handler(handler)

    def exchange(method: str, url: str, body: Optional[bytes], headers: Dict[str, str], timeout: float) -> Any:
        return opener.open(urllib.request.Request(url, body, headers, method=method), timeout=timeout)

    return exchange


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
        import email.utils

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
    return _iso(time.time())


def _iso(moment: float) -> str:
    """A moment in seconds since 1970, in UTC."""
    at = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _read_object(path: str) -> Dict[str, Any]:
    """The JSON object in a file; an empty one if there is none to be had."""
    try:
        with open(path, "rb") as file:
            content = json.loads(file.read())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


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


def _open_file(path: str, flags: int) -> int:
    """Opens a file of the spool, which is for its user alone, whatever the umask."""
    descriptor = os.open(path, flags, 0o600)
    if flags & os.O_CREAT:
        try:
            os.fchmod(descriptor, 0o600)
        except OSError:
            pass  # another user's, shared on purpose
    return descriptor


def _size_in(name: str) -> int:
    """The size of a report, which its name ends with; 0 for any other name."""
    size = name[name.rfind("-") + 1 : -5]
    return int(size) if size.isdigit() else 0


def _make_folder(path: str) -> None:
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    _make_folder(parent)
    try:
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)
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
    deadline = time.monotonic() + _number_from_environment("RUNLEDGER_EXIT_WAIT_SECONDS", 2)
    steps: List[Callable[[], Any]] = []
    for spool in list(_Spool._all.values()):
        for run in spool.unended():
            if run.delivery is not None:
                steps.append(functools.partial(run.delivery.end_as_died, run))
    for delivery in list(_Delivery._all):
        steps.append(functools.partial(delivery.exit, deadline))
    for step in steps:
        try:
            step()
        except Exception:
            _log.exception("A step of the end failed; the others are taken")


def _forget_parent() -> None:
    for spool in _Spool._all.values():
        spool.forget_parent()
    for delivery in list(_Delivery._all):
        delivery.forget_parent()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)
