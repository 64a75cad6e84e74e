"""Imports old history: success runs, heartbeats, service logs, summaries. Repeat it at will: no run comes in twice."""

from __future__ import annotations

import datetime
import json
import os
import sys
import time
import urllib.parse
import uuid
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from runledger_reporter import (
    _CLIENT_RUN_IDS,
    _dumped,
    _exit_codes,
    _instant,
    _is_number,
    _iso,
    _one_error,
    _section,
    _Server,
    _status,
    completion_payload,
    run_id_of,
)

_TOLERANCE_SECONDS = 5.0
"""Clocks of two lines about one moment."""

_LONGEST_PREPARATION_SECONDS = 6 * 3600.0
"""How long before its generation a run may have begun: the durations in logs are those of generation alone."""

_CONTEXT = ("client_run_id", "environment", "prompt_version", "arbiter_config_version", "min_arbiter_score_threshold")
_PAGE_SIZE = 100


class PastRun(NamedTuple):
    """What one place says about a run; None is "it does not say". Moments are seconds since 1970."""

    where: str
    started_at: Optional[float] = None
    ended_at: Optional[float] = None
    exit_code: Optional[int] = None
    failed: Optional[bool] = None
    duration_seconds: Optional[float] = None
    requested: Optional[int] = None
    generated: Optional[int] = None
    inserted: Optional[int] = None
    approval_rate: Optional[float] = None
    providers: Optional[List[str]] = None
    client_run_id: Optional[str] = None
    summary: Optional[Dict[str, Any]] = None
    context: Optional[Dict[str, Any]] = None

    @property
    def start(self) -> Optional[float]:
        """The start, said or computed from end and duration."""
        if self.started_at is not None or self.ended_at is None or self.duration_seconds is None:
            return self.started_at
        return self.ended_at - self.duration_seconds

    def is_same_as(self, other: "PastRun") -> bool:
        """Whether both are about one run: by its name, else they ended together and did not begin apart."""
        if self.client_run_id is not None and other.client_run_id is not None:
            return self.client_run_id == other.client_run_id
        if self.ended_at is None or other.ended_at is None or not _is_close(self.ended_at, other.ended_at):
            return False
        return self.started_at is None or other.started_at is None or _is_close(self.started_at, other.started_at)

    def with_gaps_filled(self, other: "PastRun") -> "PastRun":
        """What either says; where both do, this one."""
        gaps: Dict[str, Any] = {name: theirs for name, mine, theirs in zip(self._fields, self, other) if mine is None}
        return self._replace(**gaps)

    def payload(self, environment: Optional[str], exit_codes: Optional[str]) -> Dict[str, Any]:
        """The report of this run, marked as imported; only for one whose start is known."""
        run_id = run_id_of(self.client_run_id) if self.client_run_id else self._id_of_moment()
        if self.summary is None:
            return self._payload_of_lines(run_id, environment, exit_codes)
        context = dict(self.context or {})
        trigger = context.pop("triggered_by", None)
        context.update(
            id=run_id,
            client_run_id=self.client_run_id,
            environment=context.get("environment") or environment,
            triggered_by=("import:%s" % trigger)[:50] if trigger else "import",
        )
        return completion_payload(
            self.summary, self.exit_code, exit_codes=exit_codes, questions_requested=self.requested, **context
        )

    def _payload_of_lines(self, run_id: str, environment: Optional[str], exit_codes: Optional[str]) -> Dict[str, Any]:
        payload: Dict[str, Any] = {
            "id": run_id,
            "client_run_id": self.client_run_id,
            "started_at": _java_instant(self.start),
            "questions_requested": self.requested or 0,  # the contract asks for it, and most logs do not have it
            "status": self._status(exit_codes),
            "completed_at": None if self.ended_at is None else _java_instant(self.ended_at),
            "environment": environment,
            "duration_seconds": self.duration_seconds,
            "exit_code": self.exit_code,
            "questions_generated": self.generated,
            "questions_inserted": self.inserted,
            "approval_rate": self.approval_rate,
            "provider_metrics": {name: {} for name in self.providers} if self.providers else None,
            "triggered_by": "import",
        }
        if self.ended_at is None:
            payload.update(status="failed", total_errors=1, error_summary=_one_error("process_died"))
        return {name: value for name, value in payload.items() if value is not None}

    def _id_of_moment(self) -> str:
        moment = self.ended_at if self.ended_at is not None else self.start
        return str(uuid.uuid5(_CLIENT_RUN_IDS, "history:" + _java_instant(moment)))

    def _status(self, exit_codes: Optional[str]) -> str:
        if self.exit_code is not None:
            counts = {"questions_final_output": self.inserted or 0}
            return _status(self.exit_code, counts, _exit_codes(exit_codes))
        return "success" if self.failed is False else "failed"


class History:
    """What was found in old files: the runs, each once, and what could not be used."""

    def __init__(self) -> None:
        self.skipped: List[Tuple[str, str]] = []
        self._found: List[PastRun] = []
        self._begun: Dict[str, PastRun] = {}

    def read(self, path: str) -> None:
        """Adds what a file says: one JSON document, or one object a line, each recognised by itself."""
        name = os.path.basename(path)
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        if first.startswith("{") and _object_in(first) is None:
            self._add(name, _object_in(text), "not JSON")
            return
        for number, line in enumerate(text.splitlines(), 1):
            where, line = "%s:%d" % (name, number), line.strip()
            mark = next((mark for mark in ("HEARTBEAT:", "SUCCESS_RUN:") if mark in line), None)
            if mark is not None:
                self._add(where, _object_in(line.partition(mark)[2]), "cut off: no JSON after the mark")
            elif line.startswith("{"):
                self._add(where, _object_in(line), "not JSON")

    def runs(self) -> List[PastRun]:
        """The runs in order of their start, what several places say about one put together."""
        for begun in self._begun.values():
            self.skipped.append((begun.where, "it began here, and nothing says how or whether it ended"))
        self._begun.clear()
        merged = _Merged()
        # Summaries say most, heartbeats know the start exactly, so they come first and the others fill their gaps.
        for run in sorted(self._found, key=lambda run: (run.summary is None, run.started_at is None)):
            merged.add(run)
        for run in merged.runs:
            if run.start is None:
                self.skipped.append((run.where, "nothing says when this run began"))
        return sorted((run for run in merged.runs if run.start is not None), key=lambda run: run.start or 0.0)

    def _add(self, where: str, found: Optional[Dict[str, Any]], otherwise: str) -> None:
        try:
            if found is None:
                raise ValueError(otherwise)
            summary = found.get("summary") if isinstance(found.get("summary"), dict) else None
            if summary is not None or any(name in found for name in ("execution", "generation", "overall")):
                self._found.append(_of_summary(where, found, summary))
            elif "timestamp" not in found:
                raise ValueError("neither a summary, a heartbeat nor a success run")
            elif "status" in found:
                self._add_heartbeat(where, found)
            elif "questions_generated" in found or "questions_inserted" in found:
                self._found.append(_of_figures(where, _time(found, "timestamp"), found, failed=False))
            else:
                raise ValueError("a timestamp without a run")
        except ValueError as unusable:
            self.skipped.append((where, str(unusable)))

    def _add_heartbeat(self, where: str, found: Dict[str, Any]) -> None:
        host, at, status = str(found.get("hostname", "")), _time(found, "timestamp"), found["status"]
        if status == "started":
            before = self._begun.get(host)
            self._begun[host] = PastRun(where, started_at=at)
            if before is not None:
                self._found.append(before)  # it never ended
            return
        if status not in ("completed", "failed"):
            raise ValueError("a heartbeat of unknown status %s" % json.dumps(status))
        code = found.get("exit_code")
        figures = {**found, **_section(found, "stats")}
        run = _of_figures(where, at, figures, failed=status == "failed")
        run = run._replace(exit_code=code if isinstance(code, int) else None)
        begun = self._begun.get(host)
        if begun is not None and begun.started_at is not None and begun.started_at <= at:
            del self._begun[host]
            run = run.with_gaps_filled(begun)
        self._found.append(run)


class _Merged:
    """Runs, each once, found by name or by the time of their end."""

    def __init__(self) -> None:
        self.runs: List[PastRun] = []
        self._at_name: Dict[str, int] = {}
        self._at_end: Dict[int, List[int]] = {}

    def add(self, run: PastRun) -> None:
        at = self._like(run)
        if at is None:
            at = len(self.runs)
            self.runs.append(run)
            if run.ended_at is not None:
                self._at_end.setdefault(int(run.ended_at // _TOLERANCE_SECONDS), []).append(at)
        else:
            self.runs[at] = self.runs[at].with_gaps_filled(run)
        name = self.runs[at].client_run_id
        if name is not None:
            self._at_name[name] = at

    def _like(self, run: PastRun) -> Optional[int]:
        """Where the same run is; of several, the one that ended nearest."""
        named = None if run.client_run_id is None else self._at_name.get(run.client_run_id)
        if named is not None:
            return named
        if run.ended_at is None:
            return None
        step, ended_at = int(run.ended_at // _TOLERANCE_SECONDS), run.ended_at
        near = [at for some in (step - 1, step, step + 1) for at in self._at_end.get(some, ())]
        same = [at for at in near if self.runs[at].is_same_as(run)]
        return min(same, key=lambda at: abs((self.runs[at].ended_at or 0.0) - ended_at)) if same else None


def import_files(
    server: _Server, files: Iterable[str], environment: Optional[str], wait: float, exit_codes: Optional[str]
) -> int:
    """Imports what the files say and prints how it went.

    :return: 0 if everything was imported or there already
    """
    history = History()
    unread = False
    for path in files:
        try:
            history.read(path)
        except OSError as failure:
            print("runledger: cannot read %s: %s" % (path, failure.strerror), file=sys.stderr)
            unread = True
    runs = history.runs()
    imported, known, taken_as, stopped = 0, 0, [], None
    for number, run in enumerate(runs, 1):
        payload = run.payload(environment, exit_codes)
        same = _known_as(server, run, payload)
        if same is not None:
            known += 1
            if same != payload["id"]:
                taken_as.append("%s: taken as run %s, which ended then" % (run.where, same))
            continue
        answer = _posted(server, payload, wait)
        if answer.outcome in ("away", "failed"):
            stopped = answer.words
            break
        if answer.outcome == "recorded":
            imported += 1
        else:
            history.skipped.append((run.where, "%s %s" % (answer.status, answer.detail)))
        if number % 25 == 0 or number == len(runs):
            print("%d of %d" % (number, len(runs)), file=sys.stderr)
    print("imported: %d\nalready there: %d" % (imported, known))
    for line in taken_as:
        print("  " + line)
    print("skipped: %d" % len(history.skipped))
    for where, why in history.skipped:
        print("  %s: %s" % (where, why))
    if stopped is not None:
        print("runledger: stopped, repeat it later: %s" % stopped, file=sys.stderr)
    return 1 if stopped is not None or unread or history.skipped else 0


def _known_as(server: _Server, run: PastRun, payload: Dict[str, Any]) -> Optional[str]:
    """The id under which the ledger has this run: its own, or that of one that started and ended when it did."""
    start = run.start or 0.0
    is_exact = run.started_at is not None
    earliest = start - (_TOLERANCE_SECONDS if is_exact else _LONGEST_PREPARATION_SECONDS)
    for found in _started_between(server, earliest, start + _TOLERANCE_SECONDS):
        if found.get("id") == payload["id"]:
            return str(found["id"])
        environment, ran = payload.get("environment"), found.get("environment")
        if environment and ran and environment != ran:
            continue
        ended_at = _instant(found.get("completed_at"))
        if ended_at is None or run.ended_at is None:
            if is_exact and ended_at is None and run.ended_at is None:
                return str(found.get("id"))
        elif _is_close(ended_at, run.ended_at):
            return str(found.get("id"))
    return None


def _started_between(server: _Server, earliest: float, latest: float) -> Iterator[Dict[str, Any]]:
    """The runs that the ledger has of a period. A server that does not answer refuses the run later."""
    page, pages = 1, 1
    while page <= pages:
        query = {
            "page": page,
            "page_size": _PAGE_SIZE,
            "start_date": _iso(earliest),
            "end_date": _iso(latest),
        }
        answer = server.get("?" + urllib.parse.urlencode(query)).json
        if not isinstance(answer, dict) or not isinstance(answer.get("runs"), list):
            return
        yield from (run for run in answer["runs"] if isinstance(run, dict))
        pages = answer.get("total_pages") or 0
        page += 1


def _posted(server: _Server, payload: Dict[str, Any], wait: float) -> Any:
    deadline = time.monotonic() + wait
    while True:
        answer = server.post("", _dumped(payload))
        rest = answer.retry_after or 1.0
        if answer.outcome in ("recorded", "refused") or time.monotonic() + rest > deadline:
            return answer
        time.sleep(rest)


def _of_summary(where: str, found: Dict[str, Any], summary: Optional[Dict[str, Any]]) -> PastRun:
    known = found if summary is not None else {}
    figures = summary if summary is not None else found
    execution = _section(figures, "execution")
    start, end = (
        _time(execution, name) if isinstance(execution.get(name), str) else None for name in ("start_time", "end_time")
    )
    if start is None and end is None:
        raise ValueError("a summary that does not say when")
    code, name = known.get("exit_code"), known.get("client_run_id")
    return PastRun(
        where,
        started_at=start,
        ended_at=end if end is not None else start,  # without an end it is whole nonetheless: not a run that died
        exit_code=code if isinstance(code, int) else None,
        client_run_id=str(name) if name else None,
        summary=figures,
        context={name: known[name] for name in (*_CONTEXT, "triggered_by") if known.get(name) is not None},
    )


def _of_figures(where: str, ended_at: float, figures: Dict[str, Any], failed: bool) -> PastRun:
    """What success runs and the ends of heartbeats share; these files have the approval rate in per cent."""
    percent, duration = figures.get("approval_rate"), figures.get("duration_seconds")
    providers, name = figures.get("providers_used"), figures.get("run_id")
    return PastRun(
        where,
        ended_at=ended_at,
        failed=failed,
        duration_seconds=duration if _is_number(duration) else None,
        requested=_integer(figures.get("target_questions")),
        generated=_integer(figures.get("questions_generated")),
        inserted=_integer(figures.get("questions_inserted")),
        approval_rate=percent / 100 if percent is not None and _is_number(percent) else None,
        providers=[str(provider) for provider in providers] if isinstance(providers, list) else None,
        client_run_id=name if isinstance(name, str) and name else None,
    )


def _is_close(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE_SECONDS


def _integer(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object_in(text: str) -> Optional[Dict[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _time(found: Dict[str, Any], name: str) -> float:
    """A time without an offset means UTC."""
    moment = _instant(str(found.get(name, "")).replace(" ", "T"))
    if moment is None:
        raise ValueError("%s is no time: %s" % (name, json.dumps(found.get(name))))
    return moment


def _java_instant(moment: Optional[float]) -> str:
    """A moment as Java's Instant spells it, from which both languages derive the same id."""
    at = datetime.datetime.fromtimestamp(moment or 0.0, datetime.timezone.utc)
    if at.microsecond == 0:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    fraction = "%06d" % at.microsecond
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + (fraction[:3] if fraction.endswith("000") else fraction) + "Z"
