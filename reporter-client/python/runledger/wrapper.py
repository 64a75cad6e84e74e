"""Wraps a pipeline in any language: ``runledger run -- COMMAND``. Input, output, signals and exit code stay its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import time
from typing import Any, Dict, List, Optional, Set

from runledger import cli
from runledger_reporter import Run, _Figures

_NOT_FOUND, _NOT_EXECUTABLE = 127, 126

_NOT_HANDED_ON = {
    *(signal.SIGKILL, signal.SIGSTOP),  # nobody can take them
    *(signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTTIN, signal.SIGTTOU, signal.SIGURG),  # our own affairs
    *(signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL),
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
        status = os.stat(path)
        if status.st_mtime + 1 < started_at:
            why = "%s was written before this run" % path
        elif not stat.S_ISREG(status.st_mode):  # nobody may be left who would write into a pipe
            missing, why = "summary_unreadable", "%s is no regular file" % path
        else:
            with open(path, encoding="utf-8-sig", errors="replace") as file:  # some programs begin with a mark
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
    """Hands on every signal that this process gets to the command, once; reaps what is orphaned where it is PID 1.

    If SIGTSTP stops the command, this process stops with it, as its shell expects.
    """

    def __init__(self) -> None:
        ignored = {number for number in signal.valid_signals() if signal.getsignal(number) == signal.SIG_IGN}
        self._awaited = set(signal.valid_signals()) - _NOT_HANDED_ON - ignored | {signal.SIGCHLD}
        self._mask_before = signal.pthread_sigmask(signal.SIG_BLOCK, self._awaited)
        self._witness = _Witness()
        self._children = _Children()

    def start(self, command: List[str], environment: Dict[str, str]) -> int:
        """Starts the command with the signals as they were before Python; the id of its process."""
        for number in signal.sigpending():
            self._witness.has_got(number)  # what the whole group got before, the command did not
        python_ignores = [signal.SIGPIPE, signal.SIGXFSZ]
        return os.posix_spawnp(command[0], command, environment, setsigmask=self._mask_before, setsigdef=python_ignores)

    def wait_for(self, child: int) -> int:
        """:return: the exit code of the child; 128 + n if signal n ended it"""
        stops_along = False
        while True:
            self._children.look()
            if child in self._children.ended:
                status = self._children.ended[child]
                return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
            if stops_along and child in self._children.stopped:
                stops_along = False
                self._witness.stop_along(child)
            number = signal.sigwait(self._awaited)
            if number == signal.SIGCHLD:
                continue
            self._children.look()
            if child in self._children.ended:
                continue
            if not self._has_whole_group_got(number) and not self._is_obsolete(number):
                os.kill(child, number)  # which is there, dead or alive, until the next look
            stops_along = number == signal.SIGTSTP or stops_along and number != signal.SIGCONT

    @staticmethod
    def _is_obsolete(number: int) -> bool:
        """A later stop cancels what continues and the other way round, in the witness as well."""
        opposites = {signal.SIGTSTP: signal.SIGCONT, signal.SIGCONT: signal.SIGTSTP}
        return opposites.get(number) in signal.sigpending()

    def _has_whole_group_got(self, number: int) -> bool:
        is_by_itself = self._witness.process in self._children.stopped
        if is_by_itself:  # by SIGSTOP, and this process was continued by itself
            os.kill(self._witness.process, signal.SIGCONT)
        return self._witness.has_got(number) and not (is_by_itself and number == signal.SIGCONT)


class _Witness:
    """A process of the same group that does nothing: a signal that it gets, from a terminal, say, the command got too."""

    _STOP = 0  # no signal has this number

    def __init__(self) -> None:
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            try:
                for own in (self._requests, self._answers, 0, 1, 2):
                    os.close(own)
                self._answer(requests, answers)
            finally:
                os._exit(0)
        os.close(requests)
        os.close(answers)

    def has_got(self, number: int) -> bool:
        """:return: whether the whole group got this signal since it was last asked"""
        return self._ask(bytes([number])) == b"y"

    def stop_along(self, child: int) -> None:
        """Stops this process, unless the child goes on. Returns when this process goes on."""
        self._ask(bytes([self._STOP]) + child.to_bytes(4, "big"))

    def _ask(self, request: bytes) -> bytes:
        try:
            os.write(self._requests, request)
            return os.read(self._answers, 1)
        except OSError:
            return b""  # it was killed by itself

    @classmethod
    def _answer(cls, requests: int, answers: int) -> None:
        has_continued = False
        while True:
            request = os.read(requests, 1)
            if not request:
                return  # the wrapper has ended
            number = request[0]
            has_got = False
            if number == cls._STOP:
                child = int.from_bytes(os.read(requests, 4), "big")
                os.kill(os.getppid(), signal.SIGSTOP)
                if not _is_stopped(child) and _is_stopped(os.getppid()):  # the whole group was continued just before
                    has_continued = True
                    os.kill(os.getppid(), signal.SIGCONT)
            else:
                has_got = _has_taken(number)
            if number == signal.SIGCONT and has_continued:
                has_got, has_continued = True, False
            os.write(answers, b"y" if has_got else b"n")


class _Children:
    """What has become of the children of this process."""

    def __init__(self) -> None:
        self.ended: Dict[int, int] = {}
        self.stopped: Set[int] = set()

    def look(self) -> None:
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            except ChildProcessError:
                return
            if process == 0:
                return
            if os.WIFSTOPPED(status):
                self.stopped.add(process)
            else:
                self.stopped.discard(process)
                if not os.WIFCONTINUED(status):
                    self.ended[process] = status


def _has_taken(number: int) -> bool:
    """Takes a pending signal, which another may cancel at any moment.

    :return: whether it was there
    """
    if hasattr(signal, "sigtimedwait"):
        return signal.sigtimedwait([number], 0) is not None
    return number in signal.sigpending() and signal.sigwait([number]) == number  # macOS


def _is_stopped(process: int) -> bool:
    """As far as the system says so in a file."""
    try:
        with open("/proc/%d/stat" % process, "rb") as file:
            return file.read().rpartition(b") ")[2][:1] == b"T"
    except OSError:
        return not os.path.exists("/proc/self/stat")
