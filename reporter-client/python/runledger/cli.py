"""The command line. It never fails what calls it, unless ``--strict`` asks for the truth."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Dict, List, Optional

import runledger_reporter
from runledger_reporter import RunReporter

PROGRAM = "runledger"


def main(arguments: Optional[List[str]] = None) -> int:
    """:return: the exit code: 0 unless ``--strict`` is given; that of ``run`` is the command's own"""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as mistake:
        # A `run` that cannot even be understood has not run its command, and must not look as if it had.
        is_run = next((argument for argument in arguments if not argument.startswith("-")), None) == "run"
        return int(mistake.code or 0) if is_run or "--strict" in arguments else 0
    if options.command is None:
        parser.print_help()
        return 0
    try:
        code = int(options.work(options))
    except Exception as failure:
        complain("%s: %s" % (type(failure).__name__, failure))
        code = 1
    return code if options.strict or options.command == "run" else 0


def complain(message: str) -> None:
    """Says something to people."""
    print("%s: %s" % (PROGRAM, message), file=sys.stderr)


def reporter(options: argparse.Namespace, **more: Any) -> RunReporter:
    """A reporter as environment and options say."""
    more = {"exit_codes": options.exit_codes, **more}
    return RunReporter.from_environment(backend_url=options.url, spool_dir=options.spool, **more)


def context(options: argparse.Namespace) -> Dict[str, Any]:
    """What the options say about a run."""
    names = ("client_run_id", "environment", "triggered_by", "prompt_version", "arbiter_config_version")
    known = {name: getattr(options, name) for name in names}
    return {**known, "min_arbiter_score_threshold": options.min_arbiter_score}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        PROGRAM,
        description="Reports a pipeline's runs to Runledger. The service key is read from $BACKEND_SERVICE_KEY or"
        " $QS_API_KEY. The exit code is always 0 unless --strict is given; that of `run` is the command's own.",
    )
    parser.add_argument("--version", action="version", version="%(prog)s " + runledger_reporter.__version__)
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, work, text, add_options in (
        ("run", _run, "runs a command and reports it: its start, its end, how it ended", _add_run),
        ("status", _status, "says what waits, what is in quarantine and why, and what was dropped", None),
        ("flush", _flush, "delivers what waits", _add_flush),
        ("import", _import, "imports old history; give all files about the same runs at once", _add_import),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--url", metavar="URL", help="the server; default: $BACKEND_API_URL")
        command.add_argument("--spool", metavar="DIR", help="where reports wait; default: $RUNLEDGER_SPOOL_DIR")
        command.add_argument(
            "--exit-codes",
            metavar="CODES",
            help="what exit codes mean: %s, or such as 0=success,3=partial_failure,*=failed; default:"
            " $RUNLEDGER_EXIT_CODES, else plain for run, question-service for import"
            % ", ".join(runledger_reporter.EXIT_CODES),
        )
        command.add_argument("--strict", action="store_true", help="exit with 1 if something was not reported")
        if add_options:
            add_options(command)
        command.set_defaults(work=work)
    return parser


def _add_run(command: argparse.ArgumentParser) -> None:
    command.usage = PROGRAM + " run [OPTIONS] -- COMMAND..."
    command.add_argument("--questions", metavar="N", type=int, default=0, help="how many questions are asked for")
    command.add_argument(
        "--summary",
        metavar="FILE",
        help="where the command writes its MetricsTracker summary, as JSON; without it no figures are reported",
    )
    for name in ("client-run-id", "environment", "triggered-by", "prompt-version", "arbiter-config-version"):
        command.add_argument("--" + name, metavar="TEXT")
    command.add_argument("--min-arbiter-score", metavar="SCORE", type=float)
    command.add_argument("arguments", nargs=argparse.REMAINDER, metavar="-- COMMAND...")


def _add_flush(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--wait", metavar="SECONDS", type=float, default=30, help="how long to go on trying; default: 30"
    )
    command.add_argument("--retry-quarantine", action="store_true", help="first put back what the server refused")


def _add_import(command: argparse.ArgumentParser) -> None:
    command.add_argument("--environment", metavar="NAME", help="where these runs ran, if the files do not say")
    command.add_argument(
        "--wait", metavar="SECONDS", type=float, default=60, help="how long to go on asking; default: 60"
    )
    command.add_argument("files", nargs="+", metavar="FILE")


def _run(options: argparse.Namespace) -> int:
    from runledger import wrapper

    command = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    if not command:
        complain("no command; usage: " + PROGRAM + " run [OPTIONS] -- COMMAND...")
        return 2
    return wrapper.run(command, options)


def _status(options: argparse.Namespace) -> int:
    spool = _spool(options)
    waiting, retries = spool.waiting(), spool.retries()
    print("spool: %s" % (spool.path or "none: no place is ours alone"))
    starts = sum(report.kind == "start" for report in waiting)
    size = sum(report.size for report in waiting)
    print("waiting: %d (%d starts, %d completions, %d bytes)" % (len(waiting), starts, len(waiting) - starts, size))
    if waiting:
        print("oldest waits since: %s" % runledger_reporter._iso(int(waiting[0].name[:17]) / 1e6))
    for report in waiting:
        retry = retries.get(report.name)
        if retry is not None:
            alone = ", tried alone since " + runledger_reporter._iso(retry.alone_since) if retry.alone_since else ""
            next_at = runledger_reporter._iso(retry.next_attempt_at)
            print("  %s: %d attempts%s, next %s: %s" % (report.name, retry.attempts, alone, next_at, retry.error))
    print("open runs: %d" % len(spool.open_runs()))
    print("half-written: %d" % len(spool.unfinished()))
    dropped = spool.dropped()
    counts = (dropped["starts"], dropped["completions"], dropped["quarantined"])
    print("dropped: %d (%d starts, %d completions, %d from quarantine)" % (sum(counts), *counts))
    quarantine = list(spool.quarantined())
    print("quarantine: %d" % len(quarantine))
    for name, reason in quarantine:
        status = "%s " % reason["status"] if reason.get("status") is not None else ""
        print("  %s: %s%s" % (name, status, reason.get("detail", "no reason was written down")))
    return 1 if waiting or quarantine else 0


def _flush(options: argparse.Namespace) -> int:
    sender = reporter(options)
    if not sender.enabled:
        complain("BACKEND_API_URL and BACKEND_SERVICE_KEY say where to deliver")
        return 1
    if options.retry_quarantine:
        print("put back: %d" % sender._spool.requeue(lambda reason: True))
    total = sender._delivery.deliver_all(options.wait)
    left = len(sender._spool.waiting())
    print("delivered: %d\nrefused: %d\nwaiting: %d" % (total.delivered, total.refused, left))
    if left:
        complain("%d kept; will be delivered%s" % (left, ": " + total.last_failure if total.last_failure else ""))
    return 1 if left or total.refused else 0


def _import(options: argparse.Namespace) -> int:
    from runledger import history

    sender = reporter(options)
    if not sender.enabled:
        complain("BACKEND_API_URL and BACKEND_SERVICE_KEY say where to import to")
        return 1
    return history.import_files(
        sender._delivery._server, options.files, options.environment, options.wait, sender.exit_codes
    )


def _spool(options: argparse.Namespace) -> Any:
    limits = (
        runledger_reporter._number_from_environment(name, default)
        for name, default in (
            ("RUNLEDGER_SPOOL_MAX_FILES", 10_000),
            ("RUNLEDGER_SPOOL_MAX_BYTES", 64 << 20),
        )
    )
    return runledger_reporter._Spool.at(options.spool, *limits)
