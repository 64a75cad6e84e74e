"""Wraps a pipeline in any language: ``runledger run -- COMMAND``. Input, output, signals and exit code stay its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from typing import Any, Dict, List, Optional

from runledger import cli
from runledger_reporter import Run, _Figures

_NOT_FOUND, _NOT_EXECUTABLE = 127, 126

_NOT_HANDED_ON = {
    *(signal.SIGKILL, signal.SIGSTOP),  # nobody can take them
    *(signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTTIN, signal.SIGTTOU, signal.SIGURG),  # our own affairs
    *(signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS),
}


def run(command: List[str], options: argparse.Namespace) -> int:
    """Runs a command and reports it.

    :return: its exit code; 128 + n if signal n ended it
    """
    relay = _SignalRelay()  # before there are threads, which inherit what is blocked
    started_at = time.time()
    reporter = cli.reporter(options, exit_codes=options.exit_codes or os.environ.get("RUNLEDGER_EXIT_CODES") or "plain")
    reported = reporter.run(options.questions, **cli.context(options))
    open_file = _open_file(reported)
    try:
        child = relay.start(command, _environment(reported, open_file, options))
    except OSError as failure:
        cli.complain("cannot run %s: %s" % (command[0], failure.strerror))
        code = _NOT_FOUND if isinstance(failure, FileNotFoundError) else _NOT_EXECUTABLE
        reported._end_with(_Figures({}), code)
        return code
    code = relay.wait_for(child)
    kept = _report(reported, open_file, code, options.summary, started_at)
    return 1 if options.strict and code == 0 and not kept else code


def _open_file(reported: Run) -> Optional[str]:
    """The file by whose absence the command says that it has reported the end itself; None if it is not to be had."""
    run = reported._open
    if run is None or reported._reporter is None:
        return None
    run.gives_way = True  # to what the command may have reported
    file = run.wrappers_file if run.is_joined else reported._reporter._spool._file("open", run.run_id + ".json")
    return file if file and os.path.exists(file) else None


def _environment(reported: Run, open_file: Optional[str], options: argparse.Namespace) -> Dict[str, str]:
    """What the command is to know, so that a reporter within it reports the same run."""
    known = {
        "RUNLEDGER_RUN_ID": reported.id and str(reported.id),
        "RUNLEDGER_RUN_OPEN_FILE": open_file,
        "BACKEND_API_URL": options.url or os.environ.get("BACKEND_API_URL"),
        "RUNLEDGER_SPOOL_DIR": os.path.abspath(options.spool)
        if options.spool
        else os.environ.get("RUNLEDGER_SPOOL_DIR"),
        "RUNLEDGER_EXIT_CODES": options.exit_codes or os.environ.get("RUNLEDGER_EXIT_CODES"),
    }
    others = {name: value for name, value in os.environ.items() if name not in known}
    return {**others, **{name: value for name, value in known.items() if value}}


def _report(reported: Run, open_file: Optional[str], code: int, summary: Optional[str], started_at: float) -> bool:
    """:return: whether the end of the run is safe, or was reported by the command itself"""
    if open_file and not os.path.exists(open_file):
        if reported._open is not None and reported._open.delivery is not None:
            reported._open.take_end()
            reported._open.delivery._spool.ended(reported._open)
        return True
    return reported._end_with(_read(summary, started_at), code) is not None


def _read(path: Optional[str], started_at: float) -> _Figures:
    """The summary that the command has written; one that was there before belongs to an earlier run."""
    if path is None:
        return _Figures({})
    missing, why = "summary_missing", ""
    content: Any = None
    try:
        if os.stat(path).st_mtime + 1 < started_at:
            why = "%s was written before this run" % path
        else:
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
    except FileNotFoundError:
        why = "there is no %s" % path
    except (OSError, ValueError, RecursionError) as failure:
        missing, why = "summary_unreadable", "%s cannot be read: %s" % (path, failure)
    if why:
        cli.complain(why + "; the run is reported without its figures")
        return _Figures({}, missing)
    if isinstance(content, dict) and isinstance(content.get("summary"), dict):
        content = content["summary"]
    return _Figures.of(content)


class _SignalRelay:
    """Hands on every signal that this process gets to the command, once; reaps what is orphaned where it is PID 1."""

    def __init__(self) -> None:
        ignored = {number for number in signal.valid_signals() if signal.getsignal(number) == signal.SIG_IGN}
        self._awaited = set(signal.valid_signals()) - _NOT_HANDED_ON - ignored | {signal.SIGCHLD}
        self._mask_before = signal.pthread_sigmask(signal.SIG_BLOCK, self._awaited)
        self._witness = _Witness()

    def start(self, command: List[str], environment: Dict[str, str]) -> int:
        """Starts the command with the signals as they were before Python; the id of its process."""
        python_ignores = [signal.SIGPIPE, signal.SIGXFSZ]
        return os.posix_spawnp(command[0], command, environment, setsigmask=self._mask_before, setsigdef=python_ignores)

    def wait_for(self, child: int) -> int:
        """:return: the exit code of the child; 128 + n if signal n ended it"""
        while True:
            status = _reaped(child)
            if status is not None:
                return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
            number = signal.sigwait(self._awaited)
            if number == signal.SIGCHLD:
                continue
            if not self._witness.has_got(number):
                os.kill(child, number)
            elif number == signal.SIGTSTP:
                os.kill(os.getpid(), signal.SIGSTOP)  # both stop, as the shell expects


class _Witness:
    """A process of the same group that does nothing: a signal that it gets, from a terminal, say, the command got too."""

    def __init__(self) -> None:
        questions, self._questions = os.pipe()
        self._answers, answers = os.pipe()
        if os.fork() == 0:
            try:
                for own in (self._questions, self._answers, 0, 1, 2):
                    os.close(own)
                while True:
                    question = os.read(questions, 1)
                    if not question:
                        break  # the wrapper has ended
                    has_got = question[0] in signal.sigpending()
                    if has_got:
                        signal.sigwait({question[0]})
                    os.write(answers, b"y" if has_got else b"n")
            finally:
                os._exit(0)
        os.close(questions)
        os.close(answers)

    def has_got(self, number: int) -> bool:
        try:
            os.write(self._questions, bytes([number]))
            return os.read(self._answers, 1) == b"y"
        except OSError:
            return False  # it was killed by itself


def _reaped(child: int) -> Optional[int]:
    """Takes the ends of all children that have ended.

    :return: the status of this one, once it has
    """
    found = None
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if process == 0:
            return found
        if process == child:
            found = status
