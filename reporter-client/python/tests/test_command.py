"""The command ``runledger``, as a process of its own."""

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import textwrap
import unittest
import uuid
import warnings

from runledger_reporter import run_id_of
from tests.support import ReporterTestCase, a_summary, answering, await_that

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
HISTORY = os.path.join(ROOT, "..", "src", "test", "resources", "history")
REPORTS_ITSELF = """
from runledger_reporter import RunReporter
reporter = RunReporter.from_environment()
print(reporter.report_run({"generation": {"requested": 5, "generated": 4}}, 3))
"""


def is_locked(path):
    """Whether another process holds a lock on the file, as one of these would find."""
    with open(path, "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def mask(process, name):
    """A mask of signals of a process, as the system shows it."""
    with open("/proc/%d/status" % process, encoding="utf-8") as file:
        return next(int(line.split()[1], 16) for line in file if line.startswith(name + ":"))


def is_quiet(process):
    """Whether a process and all its children have taken every signal that they got."""
    with open("/proc/%d/task/%d/children" % (process, process), encoding="utf-8") as file:
        return not any(mask(each, "ShdPnd") for each in (process, *map(int, file.read().split())))


def is_stopped(process):
    with open("/proc/%d/stat" % process, encoding="utf-8") as file:
        return file.read().rpartition(") ")[2].startswith("T")


class CommandTestCase(ReporterTestCase):
    def environment(self, **variables):
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": self.directory,
            "PYTHONPATH": ROOT,
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "BACKEND_API_URL": self.server.url,
            "BACKEND_SERVICE_KEY": "a-key",
            "RUNLEDGER_EXIT_WAIT_SECONDS": "20",
            **variables,
        }

    def runledger(self, *arguments, **variables):
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "runledger", *arguments],
            env=self.environment(**variables), cwd=self.directory, capture_output=True, text=True, timeout=60,
        )

    def started(self, *arguments, **options):
        options = {"env": self.environment(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([sys.executable, "-m", "runledger", *arguments], text=True, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def the_run(self):
        self.deliver()
        self.assertEqual(1, len(self.server.ledger.runs), self.server.ledger.runs)
        (run,) = self.server.ledger.runs.values()
        self.server.ledger.runs.clear()
        return run

    def fields(self, *names):
        run = self.the_run()
        return tuple(run[name] for name in names)


class RunTests(CommandTestCase):
    def test_input_output_and_exit_code_are_the_commands_own(self):
        script = "read line; echo out $line; echo err >&2; exit 7"
        for url in (self.server.url, self.nobody_listening(), "nonsense", ""):
            for spool in (self.spool, "/dev/null/spool"):
                with self.subTest(url=url, spool=spool):
                    command = [sys.executable, "-m", "runledger", "run", "--", "sh", "-c", script]
                    environment = self.environment(BACKEND_API_URL=url, RUNLEDGER_SPOOL_DIR=spool)
                    environment["RUNLEDGER_EXIT_WAIT_SECONDS"] = "2"
                    ended = subprocess.run(
                        command, env=environment, input="in\n", capture_output=True, text=True, timeout=60
                    )
                    self.assertEqual((7, "out in\n", "err\n"), (ended.returncode, ended.stdout, ended.stderr))

    def test_start_and_end_are_reported_and_every_code_but_0_is_a_failure(self):
        for code, status in ((0, "success"), (1, "failed"), (3, "failed"), (99, "failed")):
            with self.subTest(code):
                ended = self.runledger("run", "--questions", "20", "--environment", "production", "--", "sh", "-c",
                                       "exit %d" % code)
                self.assertEqual(code, ended.returncode)
                run = self.the_run()
                self.assertEqual((status, code, 20, "production"), tuple(
                    run[name] for name in ("status", "exit_code", "questions_requested", "environment")
                ))
                self.assertEqual(code == 0, "warnings" in run)

    def test_what_exit_codes_mean_can_be_told(self):
        for code, options, status in (
            (1, ("--exit-codes", "question-service-before-2026-03"), "partial_failure"),
            (3, ("--exit-codes", "question-service"), "partial_failure"),
            (75, ("--exit-codes", "75=partial"), "partial_failure"),
        ):
            with self.subTest(options):
                self.runledger("run", *options, "--", "sh", "-c", "exit %d" % code)
                self.assertEqual(status, self.the_run()["status"])

    def test_a_command_that_a_signal_ends_is_told_as_a_shell_does(self):
        self.assertEqual(137, self.runledger("run", "--", "sh", "-c", "kill -9 $$").returncode)
        self.assertEqual(("failed", 137), self.fields("status", "exit_code"))

    def test_a_command_that_there_is_not_is_a_failed_run(self):
        for command, code in (("no-such-command", 127), (self.directory, 126)):
            with self.subTest(command):
                ended = self.runledger("run", "--", command)
                self.assertEqual(code, ended.returncode)
                self.assertIn("cannot run " + command, ended.stderr)
                run = self.the_run()
                self.assertEqual(("failed", code), (run["status"], run["exit_code"]))

    def test_a_run_that_cannot_be_understood_does_not_look_as_if_it_had_run(self):
        for arguments in (("run", "--bogus", "--", "true"), ("run",), ("run", "--questions", "many", "--", "true")):
            self.assertEqual(2, self.runledger(*arguments).returncode)
        self.assertEqual({}, self.server.ledger.runs)

    def test_arguments_that_are_not_ascii_arrive_in_the_c_locale(self):
        ended = subprocess.run(
            [sys.executable, "-m", "runledger", "run", "--", "printf", "%s", "räumlich \udcff"],
            env=self.environment(LC_ALL="C"), capture_output=True, timeout=60,
        )
        self.assertEqual("räumlich ".encode() + b"\xff", ended.stdout)

    def test_the_open_file_is_on_disk_before_the_command_starts(self):
        ended = self.runledger("run", "--", "sh", "-c", 'cat "$RUNLEDGER_RUN_OPEN_FILE"; echo; echo $RUNLEDGER_RUN_ID')
        document, run_id = ended.stdout.splitlines()
        self.assertEqual((run_id, "lock"), tuple(json.loads(document)[name] for name in ("run_id", "liveness")))
        self.assertEqual(run_id, self.the_run()["id"])

    def test_a_command_that_is_killed_with_its_wrapper_is_reported_by_the_next_reporter(self):
        process = self.started("run", "--", "sh", "-c", "echo ready; exec sleep 60", start_new_session=True)
        self.assertEqual("ready\n", process.stdout.readline())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.deliver()
        await_that(lambda: not self.files("open"), "it is adopted")
        self.assertEqual({"process_died": 1}, self.the_run()["error_summary"]["by_category"])

    def test_what_the_command_reports_itself_is_the_one_report(self):
        options = ("--questions", "9", "--environment", "e")
        ended = self.runledger("run", *options, "--", sys.executable, "-c", REPORTS_ITSELF)
        self.assertEqual(0, ended.returncode)
        run = self.the_run()
        self.assertEqual((ended.stdout.strip(), "partial_failure", 3, 5, "e"), tuple(
            run[name] for name in ("id", "status", "exit_code", "questions_requested", "environment")
        ))
        self.assertEqual([], self.files("open") + self.files("quarantine"))
        self.assertEqual(["running", "partial_failure"], [post["status"] for post in self.server.ledger.posts])

    def test_a_command_that_begins_its_run_and_dies_is_told_by_the_wrapper(self):
        script = REPORTS_ITSELF.split("print")[0] + "reporter.run(5); import os; os.kill(os.getpid(), 9)"
        self.assertEqual(137, self.runledger("run", "--", sys.executable, "-c", script).returncode)
        self.assertEqual(("failed", 137), self.fields("status", "exit_code"))

    def test_a_command_that_outlives_its_killed_wrapper_is_not_taken_for_dead(self):
        script = REPORTS_ITSELF.split("print")[0] + textwrap.dedent("""
            import sys
            with reporter.run(5) as run:
                print(run.id, flush=True)
                sys.stdin.readline()
                run.complete({"generation": {"generated": 4}}, 0)
        """)
        process = self.started("run", "--", sys.executable, "-c", script, stdin=subprocess.PIPE)
        run_id = process.stdout.readline().strip()
        process.kill()
        process.wait()
        lock = self.path("open", run_id + ".json")
        await_that(lambda: is_locked(lock), "the command holds what the wrapper held")
        self.deliver()
        self.assertEqual("running", self.server.ledger.runs[run_id]["status"])
        process.stdin.write("\n")
        process.stdin.flush()
        await_that(lambda: not os.path.exists(lock), "the run has ended")
        self.assertEqual((run_id, "success", 4), self.fields("id", "status", "questions_generated"))
        self.assertEqual([], self.files("quarantine"))

    def test_a_second_pipeline_in_the_wrapped_script_is_a_run_of_its_own(self):
        script = '%s -c "$1"; %s -c "$1"' % (sys.executable, sys.executable)
        ended = self.runledger("run", "--", "sh", "-c", script, "sh", REPORTS_ITSELF)
        self.deliver()
        self.assertEqual(set(ended.stdout.split()), set(self.server.ledger.runs))
        self.assertEqual([], self.files("quarantine"))

    def test_a_summary_that_the_command_writes_brings_the_figures(self):
        path = os.path.join(self.directory, "summary.json")
        for content in (a_summary(), {"summary": a_summary(), "exit_code": 3}):
            with self.subTest(content.keys()):
                self.runledger("run", "--summary", path, "--", "sh", "-c", 'printf %s "$1" > "$2"', "sh",
                               json.dumps(content), path)
                self.assertEqual(("success", 18), self.fields("status", "questions_generated"))

    def test_a_summary_that_is_not_there_or_broken_is_a_warning_and_not_a_success_with_zeros(self):
        path = os.path.join(self.directory, "summary.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(a_summary(), file)
        os.utime(path, (1, 1))
        for write, missing in (
            ("true", "summary_missing"),
            ("rm " + path, "summary_missing"),
            ("echo { > " + path, "summary_unreadable"),
            ("echo 7 > " + path, "summary_unreadable"),
            ("echo {} > " + path, "summary_unreadable"),
            ("echo '{\"figures\": {\"generated\": 4}}' > " + path, "summary_unreadable"),
            ("rm -f %s; mkfifo %s" % (path, path), "summary_unreadable"),
            ("rm -f %s; mkdir %s" % (path, path), "summary_unreadable"),
        ):
            with self.subTest(write):
                self.runledger("run", "--questions", "50", "--summary", path, "--", "sh", "-c", write)
                run = self.the_run()
                self.assertEqual([missing], [warning["type"] for warning in run["warnings"]])
                self.assertEqual({missing: 1}, run["error_summary"]["by_category"])
                self.assertEqual(("success", 0, None), tuple(
                    run[name] for name in ("status", "questions_requested", "overall_success_rate")
                ))

    def test_a_summary_of_any_section_brings_its_figures_though_a_mark_precedes_it(self):
        path = os.path.join(self.directory, "summary.json")
        write = "printf '\\357\\273\\277{\"evaluation\": {\"evaluated\": 9}}' > " + path
        self.runledger("run", "--summary", path, "--", "sh", "-c", write)
        self.assertEqual(("success", 9), self.fields("status", "questions_evaluated"))

    def test_a_command_that_nobody_has_a_summary_of_is_no_success_with_zeros(self):
        for command, requested, warnings in (
            (("--questions", "50", "--", "true"), 50, ["figures_unknown"]),
            (("--", "true"), 0, []),
            (("--questions", "50", "--", "false"), 50, []),
        ):
            with self.subTest(command):
                self.runledger("run", *command)
                run = self.the_run()
                self.assertEqual(requested, run["questions_requested"])
                self.assertEqual(warnings, [warning["type"] for warning in run.get("warnings", [])])

    def test_strict_tells_when_the_end_was_not_kept(self):
        kept = self.runledger("run", "--strict", "--", "true", BACKEND_API_URL=self.nobody_listening())
        lost = self.runledger("run", "--strict", "--", "true", RUNLEDGER_SPOOL_DIR="/dev/null/spool")
        failed = self.runledger("run", "--strict", "--", "sh", "-c", "exit 5", RUNLEDGER_SPOOL_DIR="/dev/null/spool")
        self.assertEqual((0, 1, 5), (kept.returncode, lost.returncode, failed.returncode))


class SignalTests(CommandTestCase):
    """Which signals the command gets, and how often."""

    COUNTS = """
import os, signal, sys
def count(number, frame):
    os.write(1, (signal.Signals(number).name + "\\n").encode())
for number in (set(signal.valid_signals()) - {9, 19, signal.SIGCHLD}):
    if number < signal.SIGRTMIN:
        signal.signal(number, count)
print("ready", flush=True)
while True:
    if sys.stdin.readline() == "":
        break
"""

    def test_every_signal_is_handed_on_once(self):
        process = self.started("run", "--", sys.executable, "-c", self.COUNTS, stdin=subprocess.PIPE)
        self.assertEqual("ready\n", process.stdout.readline())
        for name in ("USR1", "USR2", "QUIT", "HUP", "INT", "TERM", "ALRM", "WINCH", "TSTP", "CONT", "ABRT", "IO"):
            with self.subTest(name):
                process.send_signal(getattr(signal, "SIG" + name))
                self.assertEqual("SIG%s\n" % name, process.stdout.readline())
        output, errors = process.communicate("")
        self.assertEqual(("", "", 0), (output, errors, process.returncode), "and no more than once")
        self.assertEqual("success", self.the_run()["status"])

    def test_a_signal_to_the_whole_group_reaches_the_command_once(self):
        command = ("run", "--", sys.executable, "-c", self.COUNTS)
        process = self.started(*command, stdin=subprocess.PIPE, start_new_session=True)
        self.assertEqual("ready\n", process.stdout.readline())
        for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGTERM"):
            with self.subTest(name):
                process.send_signal(signal.SIGSTOP)
                os.waitpid(process.pid, os.WUNTRACED)
                os.killpg(process.pid, getattr(signal, name))
                self.assertEqual(name + "\n", process.stdout.readline())
                process.send_signal(signal.SIGCONT)
                self.assertEqual("SIGCONT\n", process.stdout.readline(), "and nothing before it")
        self.assertEqual(("", ""), process.communicate(""))

    def test_a_signal_of_either_way_after_one_of_the_other_reaches_the_command_once(self):
        command = ("run", "--", sys.executable, "-c", self.COUNTS)
        process = self.started(*command, stdin=subprocess.PIPE, start_new_session=True)
        self.assertEqual("ready\n", process.stdout.readline())
        for name in ("TSTP", "CONT", "WINCH", "INT"):
            for send in (os.killpg, os.kill, os.kill, os.killpg, os.killpg, os.kill):
                with self.subTest(name):
                    send(process.pid, getattr(signal, "SIG" + name))
                    self.assertEqual("SIG%s\n" % name, process.stdout.readline())
                    await_that(lambda: is_quiet(process.pid), "the wrapper has it as well")
        self.assertEqual(("", ""), process.communicate(""))

    def test_what_stops_and_continues_the_wrapper_or_its_group_does_so_with_the_command(self):
        for send in (os.kill, os.killpg):
            process, command = self.started_in_a_group()
            for _ in range(3):
                send(process.pid, signal.SIGTSTP)
                await_that(lambda: is_stopped(command) and is_stopped(process.pid), "both are stopped")
                send(process.pid, signal.SIGCONT)
                await_that(lambda: not is_stopped(command) and not is_stopped(process.pid), "both go on")
            process.terminate()
            self.assertEqual(143, process.wait(30))

    def test_a_wrapper_that_is_continued_at_once_is_never_left_stopped(self):
        process, command = self.started_in_a_group()
        for _ in range(300):
            os.killpg(process.pid, signal.SIGTSTP)
            os.killpg(process.pid, signal.SIGCONT)
        await_that(lambda: not is_stopped(command) and not is_stopped(process.pid), "both go on")
        process.terminate()
        self.assertEqual(143, process.wait(30))

    def test_a_wrapper_that_is_continued_by_itself_continues_the_command(self):
        process, command = self.started_in_a_group()
        os.killpg(process.pid, signal.SIGSTOP)
        await_that(lambda: is_stopped(command) and is_stopped(process.pid), "both are stopped")
        process.send_signal(signal.SIGCONT)
        await_that(lambda: not is_stopped(command) and not is_stopped(process.pid), "both go on")
        process.terminate()
        self.assertEqual(143, process.wait(30))

    def test_a_signal_that_is_there_before_the_command_reaches_it(self):
        for number, send in ((signal.SIGINT, os.kill), (signal.SIGINT, os.killpg), (signal.SIGQUIT, os.killpg)):
            process = self.started("run", "--", "sleep", "60", start_new_session=True)
            await_that(lambda: mask(process.pid, "SigBlk") >> (number - 1) & 1, "the wrapper takes signals")
            send(process.pid, number)
            self.assertEqual(128 + number, process.wait(30))

    def started_in_a_group(self):
        """In a process group of its own, whose parent is in another, so that terminals' stops stop it."""
        grouped = "import os, sys; os.setpgid(0, 0); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
        command = ["-m", "runledger", "run", "--", "sh", "-c", "echo $$; exec sleep 60"]
        process = subprocess.Popen(
            [sys.executable, "-c", grouped, *command], env=self.environment(), stdout=subprocess.PIPE, text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process, int(process.stdout.readline())

    def test_ctrl_c_at_a_terminal_reaches_the_command_once_with_redirected_output(self):
        path = os.path.join(self.directory, "output")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of 3.12: the tests have threads, the child needs none
            process, terminal = pty.fork()
        if process == 0:
            with open(path, "wb", buffering=0) as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            command = [sys.executable, "-m", "runledger", "run", "--", sys.executable, "-c", self.COUNTS]
            os.execvpe(command[0], command, self.environment())
        self.addCleanup(os.close, terminal)

        def output():
            with open(path, encoding="utf-8") as file:
                return file.read().split()

        await_that(lambda: os.path.exists(path) and output() == ["ready"], "the command is ready")
        for key, name in ((b"\x03", "SIGINT"), (b"\x1c", "SIGQUIT")):
            os.kill(process, signal.SIGSTOP)  # the wrapper is late, so that nothing it hands on can be overlooked
            os.waitpid(process, os.WUNTRACED)
            os.write(terminal, key)
            await_that(lambda: output()[-1] == name, name + " arrives")
            os.kill(process, signal.SIGCONT)
            await_that(lambda: output()[-1] == "SIGCONT", "the wrapper goes on")
        os.write(terminal, b"\x04")
        self.assertEqual(0, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
        self.assertEqual(["ready", "SIGINT", "SIGCONT", "SIGQUIT", "SIGCONT"], output())

    def test_a_command_that_decides_to_end_by_a_signal_does(self):
        process = self.started("run", "--", "sh", "-c", "echo ready; exec sleep 60")
        self.assertEqual("ready\n", process.stdout.readline())
        process.terminate()
        self.assertEqual(143, process.wait(30))
        self.assertEqual(("failed", 143), self.fields("status", "exit_code"))

    def test_a_signal_that_was_ignored_stays_ignored(self):
        command = [sys.executable, "-m", "runledger", "run", "--", "sh", "-c", "kill -HUP $$ $PPID; echo alive"]
        ended = subprocess.run(
            ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command],
            env=self.environment(), capture_output=True, text=True, timeout=60,
        )
        self.assertEqual((0, "alive\n"), (ended.returncode, ended.stdout))

    def test_a_pipe_that_nobody_reads_ends_the_command_as_it_would_without_python(self):
        ended = self.runledger("run", "--", "sh", "-c", "yes | head -1 >/dev/null; python3 -c 'import signal'; "
                               "sh -c 'kill -PIPE $$'; echo $?")
        self.assertEqual("141\n", ended.stdout)

    @unittest.skipUnless(shutil.which("unshare") and os.geteuid() == 0, "no process namespaces to be PID 1 in")
    def test_as_pid_1_it_reaps_what_is_orphaned(self):
        probe = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], capture_output=True)
        if probe.returncode:
            self.skipTest("no process namespaces to be PID 1 in")
        script = "(sleep 0.01 &) ; sleep 0.3; cat /proc/[0-9]*/status | grep -c '^State:.Z' || true"
        command = [sys.executable, "-m", "runledger", "run", "--", "sh", "-c", script]
        ended = subprocess.run(
            ["unshare", "--pid", "--fork", "--mount-proc", *command],
            env=self.environment(), capture_output=True, text=True, timeout=60,
        )
        self.assertEqual((0, "0\n"), (ended.returncode, ended.stdout), ended.stderr)


class StatusTests(CommandTestCase):
    def test_status_tells_what_waits_what_failed_what_was_refused_and_what_was_dropped(self):
        self.server.behaviours = [answering(422, {"detail": [{"msg": "Field required"}]})]
        refused = self.reporter()
        refused.report_run(a_summary(), 0)
        self.await_quarantine()
        self.server.behaviours = [answering(500, {"detail": "error id 7"})] * 1000
        reporter = self.reporter()
        reporter.report_running(None, 20)
        await_that(lambda: self.files("retry"), "it has failed once")
        ended = self.runledger("status")
        self.assertEqual(0, ended.returncode, ended.stderr)
        for text in (
            "spool: " + self.spool, "waiting: 1 (1 starts, 0 completions,", "attempts", "error id 7",
            "open runs: 1", "quarantine: 1", "422 [{'msg': 'Field required'}]", "dropped: 0 (0 starts",
        ):
            self.assertIn(text, ended.stdout)
        self.assertEqual(1, self.runledger("status", "--strict").returncode)
        self.server.behaviours.clear()

    def test_status_without_home_names_the_one_place(self):
        environment = self.environment()
        del environment["HOME"], environment["RUNLEDGER_SPOOL_DIR"]
        command = [sys.executable, "-m", "runledger", "status"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        self.assertIn("spool: /var/tmp/runledger-%d/spool" % os.getuid(), ended.stdout)

    def test_what_only_looks_at_files_starts_without_http(self):
        ended = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "runledger", "status"],
            env=self.environment(), capture_output=True, text=True, timeout=60,
        )
        imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
        self.assertIn("runledger_reporter", imported)
        self.assertEqual(set(), imported & {"http.client", "ssl", "urllib.request", "asyncio", "email.message"})

    def test_without_a_command_or_with_a_wrong_one_nothing_fails_unless_asked(self):
        self.assertEqual((0, 0, 0), tuple(self.runledger(*a).returncode for a in ((), ("--help",), ("bogus",))))
        self.assertEqual(2, self.runledger("status", "--strict", "--bogus").returncode)
        self.assertRegex(self.runledger("--version").stdout, r"^runledger \d+\.\d+")


class FlushTests(CommandTestCase):
    def test_flush_delivers_what_waits(self):
        run_id = self.writer().report_run(a_summary(), 0)
        ended = self.runledger("flush", "--strict")
        self.assertEqual((0, "delivered: 1\nrefused: 0\nwaiting: 0\n"), (ended.returncode, ended.stdout))
        self.assertEqual({run_id}, set(self.server.ledger.runs))

    def test_flush_takes_everything_as_due(self):
        self.writer().report_run(a_summary(), 0)
        (name,) = self.files("queue")
        later = "2999-01-01T00:00:00.000000Z"
        retry = {"attempts": 9, "first_failed_at": later, "last_failed_at": later, "next_attempt_at": later}
        self.lay_file(json.dumps({**retry, "alone_since": None, "error": "HTTP 500"}), folder="retry", name=name)
        self.assertIn("delivered: 1", self.runledger("flush").stdout)

    def test_flush_with_a_dead_server_says_that_what_waits_is_kept(self):
        self.writer().report_run(a_summary(), 0)
        ended = self.runledger("flush", "--wait", "0", "--strict", BACKEND_API_URL=self.nobody_listening())
        self.assertEqual(1, ended.returncode)
        self.assertIn("waiting: 1", ended.stdout)
        self.assertIn("1 kept; will be delivered", ended.stderr)
        self.assertNotIn("reported", ended.stdout + ended.stderr)

    def test_flush_puts_back_what_was_refused(self):
        self.server.behaviours = [answering(422, {"detail": "no"})]
        run_id = self.reporter().report_run(a_summary(), 0)
        self.await_quarantine()
        self.assertIn("delivered: 0", self.runledger("flush").stdout)
        ended = self.runledger("flush", "--retry-quarantine", "--strict")
        self.assertEqual((0, "put back: 1"), (ended.returncode, ended.stdout.splitlines()[0]))
        self.assertEqual({run_id}, set(self.server.ledger.runs))

    def test_flush_without_a_server_says_what_is_missing(self):
        ended = self.runledger("flush", "--strict", BACKEND_API_URL="")
        self.assertEqual(1, ended.returncode)
        self.assertIn("BACKEND_API_URL and BACKEND_SERVICE_KEY", ended.stderr)


class ImportTests(CommandTestCase):
    def imported(self, *lines, options=()):
        path = os.path.join(self.directory, "history.log")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return self.runledger("import", *options, path)

    def runs(self):
        return sorted(self.server.ledger.runs.values(), key=lambda run: run["started_at"])

    def test_all_files_together_tell_of_the_same_sixty_runs_and_the_second_time_of_none(self):
        names = ("success_runs.jsonl", "heartbeat.json", "service.log", "summaries.jsonl")
        files = [os.path.join(HISTORY, name) for name in names]
        ended = self.runledger("import", "--strict", *files)
        self.assertEqual((0, "imported: 60\nalready there: 0\nskipped: 0\n"), (ended.returncode, ended.stdout))
        self.assertEqual(60, len(self.server.ledger.runs))
        self.assertIn("import:scheduler", {run["triggered_by"] for run in self.runs()})
        again = self.runledger("import", "--strict", *files)
        self.assertEqual((0, 60), (again.returncode, len(self.server.ledger.runs)))

    HEARTBEATS = (
        'HEARTBEAT: {"timestamp": "2025-12-06T07:38:00.113297+00:00", "status": "started", "hostname": "qs-1"}',
        'SUCCESS_RUN: {"timestamp": "2025-12-06T07:48:00.713297+00:00", "questions_generated": 98,'
        ' "questions_inserted": 52, "duration_seconds": 500.1, "approval_rate": 56.70103092783505,'
        ' "providers_used": ["anthropic", "google"]}',
        'HEARTBEAT: {"timestamp": "2025-12-06T07:48:01.713297+00:00", "status": "completed", "hostname": "qs-1",'
        ' "exit_code": 0, "stats": {"questions_generated": 98, "questions_inserted": 52, "target_questions": 100}}',
    )

    def test_heartbeats_and_the_success_run_of_one_run_are_one_report_with_what_is_unknown_left_out(self):
        self.imported("2025-12-06 INFO Question Generation Script Starting", *self.HEARTBEATS)
        (run,) = self.runs()
        expected_id = str(uuid.uuid5(uuid.UUID("6f1d2c0e-52a5-5b53-9d3b-0b1e8a7c4f10"),
                                     "history:2025-12-06T07:48:01.713297Z"))
        self.assertEqual({
            "id": expected_id, "started_at": "2025-12-06T07:38:00.113297Z", "questions_requested": 100,
            "status": "success", "completed_at": "2025-12-06T07:48:01.713297Z", "duration_seconds": 500.1,
            "exit_code": 0, "questions_generated": 98, "questions_inserted": 52,
            "approval_rate": 0.5670103092783505, "provider_metrics": {"anthropic": {}, "google": {}},
            "triggered_by": "import",
        }, run)

    def test_a_run_that_was_reported_live_is_not_imported_again(self):
        reporter = self.reporter()
        named = reporter.report_run({"execution": {
            "start_time": "2026-04-01T03:00:00+00:00", "end_time": "2026-04-01T03:10:00+00:00"
        }}, 0, client_run_id="run-20260401-030000-abc123")
        nameless = reporter.report_run({"execution": {
            "start_time": "2026-04-02T03:00:00+00:00", "end_time": "2026-04-02T03:10:00+00:00"
        }}, 0)
        self.await_delivered(reporter)
        ended = self.imported(
            '{"timestamp": "2026-04-01T03:10:02+00:00", "run_id": "run-20260401-030000-abc123",'
            ' "questions_generated": 5, "questions_inserted": 4, "duration_seconds": 90.0}',
            '{"timestamp": "2026-04-02T03:10:02+00:00", "questions_generated": 5, "duration_seconds": 90.0}',
            '{"timestamp": "2026-04-03T03:10:02+00:00", "run_id": "run-20260403-030000-ffffff",'
            ' "questions_generated": 5, "duration_seconds": 90.0}',
        )
        new = run_id_of("run-20260403-030000-ffffff")
        self.assertEqual({named, nameless, new}, set(self.server.ledger.runs))
        self.assertEqual(named, run_id_of("run-20260401-030000-abc123"))
        self.assertIn("imported: 1\nalready there: 2\n", ended.stdout)
        self.assertIn("history.log:2: taken as run %s" % nameless, ended.stdout)
        self.assertEqual("run-20260403-030000-ffffff", self.server.ledger.runs[new]["client_run_id"])

    def test_what_exit_codes_meant_can_be_told(self):
        heartbeats = self.HEARTBEATS[0], self.HEARTBEATS[2].replace('"exit_code": 0', '"exit_code": 1')
        self.imported(*heartbeats, options=("--exit-codes", "question-service-before-2026-03", "--environment", "e"))
        (run,) = self.runs()
        self.assertEqual(("partial_failure", "e"), (run["status"], run["environment"]))

    def test_a_start_that_the_next_one_follows_is_a_run_that_died_and_one_that_nothing_follows_is_skipped(self):
        started = 'HEARTBEAT: {"timestamp": "2026-01-0%d:00:00Z", "status": "started", "hostname": "a"}'
        ended = self.imported(*[started.replace("%d", "%dT0%d" % (day, day)) for day in (1, 2)], options=("--strict",))
        (run,) = self.runs()
        self.assertEqual(("failed", {"process_died": 1}), (run["status"], run["error_summary"]["by_category"]))
        self.assertNotIn("completed_at", run)
        self.assertEqual(1, ended.returncode)
        self.assertIn("history.log:2: it began here", ended.stdout)

    def test_what_cannot_be_used_is_skipped_with_a_reason(self):
        ended = self.imported(
            'SUCCESS_RUN: {"timestamp": "2025-12-06T07:48:0',
            'HEARTBEAT: {"timestamp": "yesterday", "status": "completed"}',
            'HEARTBEAT: {"timestamp": "2026-01-01T00:00:00Z", "status": "completed"}',
            '{"something": "else"}',
            '{"summary": {"generation": {"requested": 5}}}',
        )
        for why in (
            ":1: cut off: no JSON after the mark", ':2: timestamp is no time: "yesterday"',
            ":3: nothing says when this run began", ":4: neither a summary, a heartbeat nor a success run",
            ":5: a summary that does not say when",
        ):
            self.assertIn(why, ended.stdout)
        self.assertEqual({}, self.server.ledger.runs)

    def test_an_import_that_the_server_cannot_take_now_stops_and_can_be_repeated(self):
        ended = self.runledger("import", "--strict", "--wait", "0", os.path.join(HISTORY, "summaries.jsonl"),
                               BACKEND_API_URL=self.nobody_listening())
        self.assertEqual(1, ended.returncode)
        self.assertIn("stopped, repeat it later", ended.stderr)


if __name__ == "__main__":
    unittest.main()
