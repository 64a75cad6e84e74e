"""The folder that SPOOL.md describes."""

import errno
import json
import os
import re
import stat
import tempfile
import time
import unittest
from unittest import mock

import runledger_reporter
from runledger_reporter import died_payload, run_id_of, start_payload
from tests.support import ReporterTestCase, a_summary, answering, await_that, log_lines, vectors

AN_ID = "0d4f6c1e-58a4-4a0f-8f0b-0a3f3c3f2b11"
NAME = re.compile(
    r"^\d{17}-\d{6}-(start|completion)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d+)\.json$"
)


class WritingTests(ReporterTestCase):
    def setUp(self):
        super().setUp()
        self.offline = self.reporter(self.nobody_listening())

    def test_a_report_has_the_name_and_the_members_that_the_format_asks_for(self):
        run_id = self.offline.report_run(a_summary(), 0)
        (name,) = self.files("queue")
        kind, told_id, size = NAME.match(name).groups()
        report = self.content("queue", name)
        self.assertEqual(("completion", run_id), (kind, told_id))
        self.assertEqual(os.path.getsize(os.path.join(self.spool, "queue", name)), int(size))
        self.assertEqual((1, "completion", run_id, run_id), (
            report["format"], report["kind"], report["run_id"], report["payload"]["id"]
        ))
        self.assertRegex(report["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertRegex(report["writer"], r"^python \d")
        self.assertAlmostEqual(time.time() * 1e6, int(name[:17]), delta=60e6)

    def test_a_start_leaves_an_open_file_and_the_same_report_in_the_queue(self):
        run_id = self.offline.report_running("2026-11-23T08:00:00", 20)
        opened = self.content("open", run_id + ".json")
        (name,) = self.files("queue")
        queued = self.content("queue", name)
        self.assertEqual(("lock", None), (opened["liveness"], opened["expires_at"]))
        self.assertEqual(("start", "start"), (NAME.match(name)[1], queued["kind"]))
        self.assertEqual(queued["payload"], opened["payload"])

    def test_folders_and_files_are_the_owners_alone(self):
        run_id = self.offline.report_running(None, 20)
        modes = {
            path: stat.S_IMODE(os.stat(os.path.join(self.spool, path)).st_mode)
            for path in ("", "queue", "open", "tmp", "quarantine", "open/%s.json" % run_id)
        }
        modes["a report"] = stat.S_IMODE(os.stat(os.path.join(self.spool, "queue", self.files("queue")[0])).st_mode)
        self.assertEqual({0o700, 0o600}, set(modes.values()))
        self.assertEqual(0o600, modes["a report"])
        self.assertEqual(0o600, modes["open/%s.json" % run_id])

    def test_names_never_go_back_when_the_clock_does(self):
        self.offline.report_run(a_summary(), 0)
        spool = self.offline._spool
        spool._micros += 3_600_000_000  # the clock has gone back an hour since
        self.offline.report_run(a_summary(), 0)
        self.offline.report_run(a_summary(), 0)
        first, second, third = self.files("queue")
        self.assertEqual(second[:17], third[:17])
        self.assertLess(second[18:24], third[18:24])

    def test_nothing_half_written_is_left_behind(self):
        self.offline.report_running(None, 20)
        self.offline.report_run(a_summary(), 0)
        self.assertEqual([], self.files("tmp"))

    def test_a_spool_that_was_deleted_meanwhile_is_made_again(self):
        self.offline.report_run(a_summary(), 0)
        os.rename(self.spool, self.spool + "-gone")
        self.assertIsNotNone(self.offline.report_run(a_summary(), 0))
        self.assertEqual(1, len(self.files("queue")))


class PlaceTests(unittest.TestCase):
    def test_the_spool_is_where_the_vectors_say(self):
        for case in vectors("spool-places.json"):
            with self.subTest(case["environment"]):
                with mock.patch("os.path.isdir", case["exist"].__contains__), mock.patch("os.path.realpath", str), \
                        mock.patch("runledger_reporter._is_ours", lambda path: True), \
                        mock.patch("os.getuid", lambda: case["uid"]):
                    self.assertEqual(case["place"], runledger_reporter._spool_place(case["environment"]))

    def test_a_folder_that_others_could_have_laid_is_no_place_for_a_spool(self):
        with tempfile.TemporaryDirectory() as directory:
            ours, link, open_to_all = (os.path.join(directory, name) for name in ("ours", "link", "open"))
            self.assertTrue(runledger_reporter._is_ours(ours), "it is made")
            os.symlink(ours, link)
            os.mkdir(open_to_all)
            os.chmod(open_to_all, 0o777)
            self.assertFalse(runledger_reporter._is_ours(link))
            self.assertFalse(runledger_reporter._is_ours(open_to_all))

    def test_names_are_told_from_others_as_the_vectors_say(self):
        for case in vectors("spool-names.json"):
            with self.subTest(case["name"]):
                match = runledger_reporter._NAME.fullmatch(case["name"])
                told = match and {"kind": match["kind"], "run_id": match["run"], "bytes": int(match["bytes"])}
                self.assertEqual(case["report"], told)


class BoundsTests(ReporterTestCase):
    def offline(self, **options):
        return self.reporter(self.nobody_listening(), **options)

    def kinds(self):
        return [NAME.match(name)[1] for name in self.files("queue")]

    def test_a_full_spool_gives_up_the_oldest_starts_for_a_completion_and_counts_them(self):
        reporter = self.offline(max_files=3)
        starts = [reporter.report_running(None, 20, environment="e%d" % i) for i in range(3)]
        with log_lines() as lines:
            self.assertIsNotNone(reporter.report_run(a_summary(), 0, environment="other"))
        self.assertEqual(["start", "start", "completion"], self.kinds())
        self.assertEqual(starts[1:], [NAME.match(name)[2] for name in self.files("queue")[:2]])
        dropped = self.content("dropped.json")
        self.assertEqual((1, 0, 0), (dropped["starts"], dropped["completions"], dropped["quarantined"]))
        self.assertRegex(dropped["last_at"], r"Z$")
        self.assertIn("is full: 1 starts given up", "\n".join(lines))

    def test_a_full_spool_does_not_write_a_start_and_still_tells_when_that_run_dies(self):
        reporter = self.offline(max_files=1)
        reporter.report_run(a_summary(), 0)
        run_id = reporter.report_running(None, 20)
        self.assertEqual(["completion"], self.kinds())
        self.assertEqual([run_id + ".json"], self.files("open"))
        self.assertEqual(1, self.content("dropped.json")["starts"])

    def test_a_spool_full_of_completions_refuses_another_and_says_so(self):
        reporter = self.offline(max_files=2)
        kept = [reporter.report_run(a_summary(), 0) for _ in range(2)]
        self.assertIsNone(reporter.report_run(a_summary(), 0))
        self.assertEqual(kept, [NAME.match(name)[2] for name in self.files("queue")])
        await_that(lambda: os.path.exists(self.path("dropped.json")), "it was tried directly, in vain")
        self.assertEqual(1, self.content("dropped.json")["completions"])

    def test_a_completion_that_the_full_spool_cannot_keep_is_tried_directly(self):
        self.offline(max_files=2)
        for _ in range(2):
            self.writer().report_run(a_summary(), 0)
        online = self.reporter(max_files=2)
        online._spool.drain_lock = lambda: None  # another process delivers, and is not yet through
        run_id = online.report_run(a_summary(), 0, client_run_id="direct")
        self.assertIsNone(run_id, "it is not on disk")
        await_that(lambda: run_id_of("direct") in self.server.ledger.runs, "it is tried directly")
        self.assertFalse(os.path.exists(self.path("dropped.json")), "nothing is lost")

    def test_a_run_that_ended_well_is_never_taken_for_dead_though_the_spool_is_full_and_the_server_away(self):
        reporter = self.offline(max_files=2)
        begun = reporter.report_running(None, 20, environment="full")
        for _ in range(2):
            reporter.report_run(a_summary(), 0, environment="other")
        self.assertEqual([begun + ".json"], self.files("open"))
        self.assertIsNone(reporter.report_run(a_summary(), 0, environment="full"))
        self.assertEqual([], self.files("open"), "nobody finds it and reports a death")
        await_that(lambda: self.content("dropped.json")["completions"] == 1, "that it is lost is counted")

    def test_a_dead_run_waits_in_its_open_file_until_the_spool_has_room(self):
        start = start_payload("2026-11-23T08:00:00Z", 20, client_run_id="dead")
        reporter = self.writer(max_files=1)
        reporter.report_run(a_summary(), 0)
        self.lay_open_file(start)
        for _ in range(3):
            reporter._spool.adopt()
        self.assertEqual([start["id"] + ".json"], self.files("open"))
        self.assertFalse(os.path.exists(self.path("dropped.json")), "it is not given up")
        self.deliver(max_files=1)
        await_that(lambda: start["id"] in self.server.ledger.runs, "there is room by now")

    def test_a_start_looks_at_most_once_at_a_queue_of_twenty_thousand(self):
        for number in range(20_000):
            self.lay_file("{}", run_id=AN_ID, micros=number + 1)
        reporter = self.writer(max_files=30_000)
        looks = []
        names = reporter._spool._names

        def counted(folder):
            looks.append(folder)
            return names(folder)

        reporter._spool._names = counted
        self.addCleanup(lambda: reporter._spool.__dict__.pop("_names", None))
        for _ in range(5):
            looks.clear()
            with reporter.run(20) as run:
                run.complete(a_summary(), 0)
            self.assertLessEqual(looks.count("queue"), 2, "once for the start, once for the end")
            self.assertEqual(["queue"] * len(looks), looks)
        waiting = {report.run_id for report in reporter._spool.waiting()}
        self.assertIn(run.id, waiting)
        self.assertFalse(os.path.exists(self.path("dropped.json")))

    def test_bytes_are_bounded_as_files_are(self):
        reporter = self.offline()
        reporter.report_run({}, 0, environment="to learn its size")
        completion = self.bytes_waiting()
        reporter.report_running(None, 20, environment="e1")
        reporter.report_running(None, 20, environment="e2")
        reporter._spool.max_bytes = self.bytes_waiting() + 10
        too_large = {"generation": {"by_type": {"y" * completion: 1}}}
        self.assertIsNone(reporter.report_run(too_large, 0, environment="to learn its size"))
        self.assertEqual(["completion", "start", "start"], self.kinds(), "nothing is given up for what would not fit")
        reporter._spool.max_bytes = self.bytes_waiting() + completion - 10
        self.assertIsNotNone(reporter.report_run({}, 0, environment="to learn its size"))
        self.assertEqual(["completion", "start", "completion"], self.kinds())

    def test_a_run_that_ended_well_is_never_taken_for_dead_though_the_disk_is_full(self):
        reporter = self.writer()
        begun = reporter.report_running(None, 20)
        self.addCleanup(setattr, os, "fsync", os.fsync)
        os.fsync = self.no_space
        self.assertIsNone(reporter.report_run(a_summary(), 0))
        self.assertEqual([], self.files("open") + self.files("tmp"))
        self.assertNotIn("completion", self.kinds())
        self.assertIn(begun, self.files("queue")[0])

    def test_a_completion_that_fits_once_its_open_file_is_gone_is_kept(self):
        reporter = self.writer()
        begun = reporter.report_running(None, 20)
        fsync = os.fsync
        self.addCleanup(setattr, os, "fsync", fsync)
        os.fsync = lambda descriptor: self.no_space(descriptor) if self.files("open") else fsync(descriptor)
        self.assertEqual(begun, reporter.report_run(a_summary(), 0))
        self.assertEqual(["start", "completion"], self.kinds())

    @staticmethod
    def no_space(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    def bytes_waiting(self):
        return sum(os.path.getsize(os.path.join(self.spool, "queue", name)) for name in self.files("queue"))

    def test_quarantine_is_bounded_and_gives_up_its_oldest(self):
        self.server.behaviours = [answering(422, {"detail": "no"})] * 4
        reporter = self.reporter(max_files=3)
        runs = []
        for count in (1, 2, 3, 3):
            runs.append(reporter.report_run(a_summary(), 0))
            await_that(lambda: not self.files("queue"), "the report is refused")
            self.await_quarantine(count)
        kept = [NAME.match(name)[2] for name in self.files("quarantine") if name.endswith(".json")]
        self.assertEqual(runs[1:], kept)
        self.assertEqual(1, self.content("dropped.json")["quarantined"])


class ReadingTests(ReporterTestCase):
    """Files as another writer leaves them, the Java client or a crash."""

    def drain(self):
        reporter = self.reporter()
        reporter._delivery.start()
        return reporter

    def a_report(self, payload, **members):
        report = {"format": 1, "kind": "completion", "run_id": "RUN_ID", "created_at": "2026-11-23T09:20:31.123456Z"}
        document = json.dumps({**report, "writer": "java 0.1.0", **members})
        return document[:-1] + ', "payload": %s}' % payload

    def test_a_report_of_another_writer_is_posted_digit_for_digit(self):
        payload = (
            '{ "id" : "RUN_ID", "status": "success", "started_at": "2026-11-23T08:00:00.000001Z",\n'
            '  "total_cost_usd": 1.23456789012345678901234567890, "overall_success_rate": 1.50, "exit_code": 0,\n'
            '  "total_input_tokens": 9007199254740993, "note": "räumlich \\u00e4 }, \\" {" }'
        )
        run_id, _ = self.lay_file(self.a_report(payload, future=[1, {"payload": 2}]))
        self.await_delivered(self.drain())
        ((_, headers, body),) = self.server.requests
        self.assertEqual(payload.replace("RUN_ID", run_id), body.decode())
        self.assertEqual("application/json", headers["content-type"])
        self.assertEqual({run_id}, set(self.server.ledger.runs))

    def test_what_cannot_be_read_goes_to_quarantine_and_never_stops_the_others(self):
        good = self.a_report('{"id": "RUN_ID", "status": "success"}')
        broken = {
            "empty": "",
            "cut off": good[:-20],
            "no object": "[]",
            "a number": "7",
            "without payload": '{"format": 1, "kind": "completion", "run_id": "RUN_ID"}',
            "another kind": good.replace('"completion"', '"start"'),
            "another run": good.replace("RUN_ID", AN_ID),
            "NaN": self.a_report('{"id": "RUN_ID", "approval_rate": NaN}'),
            "no UTF-8": good.encode() + b"\xff",
            "something behind": good + "x",
            "deep": "[" * 100_000,
        }
        names = [self.lay_file(text, micros=i + 1)[1] for i, text in enumerate(broken.values())]
        run_id, _ = self.lay_file(good, micros=99)
        self.lay_file("stray", name="notes.txt")
        with log_lines() as lines:
            self.drain()
            quarantined = await_quarantine_of(self, len(broken) + 1)
        self.assertEqual({run_id}, set(self.server.ledger.runs))
        self.assertEqual(sorted([*names, "notes.txt"]), quarantined)
        for name in quarantined:
            self.assertIsNone(self.content("quarantine", name + ".reason")["status"])
            self.assertIn(name, "\n".join(lines))

    def test_a_report_of_a_newer_format_stays_where_it_is(self):
        _, newer = self.lay_file(self.a_report('{"id": "RUN_ID"}').replace('"format": 1', '"format": 2'))
        run_id, _ = self.lay_file(self.a_report('{"id": "RUN_ID", "status": "success"}'), micros=2)
        self.drain()
        await_that(lambda: self.files("queue") == [newer], "only the newer one is left")
        self.assertEqual({run_id}, set(self.server.ledger.runs))
        self.assertEqual([], self.files("quarantine"))

    def test_hidden_files_and_folders_in_the_queue_are_left_alone(self):
        self.lay_file("", name=".nfs0001")
        os.mkdir(os.path.join(self.spool, "queue", "folder"))
        self.lay_file(self.a_report('{"id": "RUN_ID", "status": "success"}'))
        self.await_delivered(self.drain())
        self.assertEqual([".nfs0001", "folder"], self.files("queue"))

    def test_what_a_dead_writer_left_half_written_is_removed_after_an_hour_and_told(self):
        self.lay_file("half", folder="tmp", name="old")
        self.lay_file("half", folder="tmp", name="fresh")
        self.lay_file("{}", folder="quarantine", name="gone.json.reason")
        an_hour_ago = time.time() - 3700
        for path in ("tmp/old", "quarantine/gone.json.reason"):
            os.utime(os.path.join(self.spool, path), (an_hour_ago, an_hour_ago))
        with log_lines() as lines:
            self.drain()
            await_that(lambda: self.files("tmp") == ["fresh"], "the old one is removed")
        await_that(lambda: self.files("quarantine") == [], "the reason without a report is removed")
        self.assertIn("old in tmp was left half-written", "\n".join(lines))

    def test_what_was_put_back_from_quarantine_is_delivered(self):
        self.server.behaviours = [answering(401, {"detail": "Invalid service API key"})]
        reporter = self.reporter()
        run_id = reporter.report_run(a_summary(), 0)
        (name,) = self.await_quarantine()
        os.rename(os.path.join(self.spool, "quarantine", name), os.path.join(self.spool, "queue", name))
        reporter._delivery.start()
        self.await_delivered(reporter)
        self.assertEqual({run_id}, set(self.server.ledger.runs))


class AdoptionTests(ReporterTestCase):
    def adopt(self):
        reporter = self.reporter()
        reporter._delivery.start()
        return reporter

    def test_a_run_that_nobody_holds_is_reported_as_died(self):
        for case in vectors("died.json"):
            with self.subTest(case["name"]):
                self.server.ledger.runs.clear()
                self.lay_open_file(case["start"])
                self.adopt()
                await_that(lambda: self.server.ledger.runs, "the dead run is reported")
                self.assertEqual(case["payload"], self.server.ledger.runs[case["start"]["id"]])
                self.assertEqual([], self.files("open"))

    def test_a_run_taken_for_dead_that_had_told_its_end_keeps_that_end_and_leaves_nothing(self):
        start = {"id": AN_ID, "started_at": "2026-11-23T09:20:31Z", "status": "running", "questions_requested": 0}
        self.lay_file(ReadingTests.a_report(self, '{"id": "RUN_ID", "status": "success"}'), run_id=AN_ID)
        self.lay_open_file(start)
        self.await_delivered(self.adopt())
        await_that(lambda: len(self.server.ledger.posts) == 2 and not self.files("queue"), "both ends are told")
        self.assertEqual("success", self.server.ledger.runs[AN_ID]["status"])
        self.assertEqual([], self.files("open") + self.files("quarantine"))

    def test_a_completion_of_its_own_that_contradicts_goes_to_quarantine(self):
        report = ReadingTests.a_report(self, '{"id": "RUN_ID", "status": "success"}')
        self.lay_file(report, run_id=AN_ID)
        self.lay_file(report.replace("success", "failed"), run_id=AN_ID, micros=2)
        self.adopt()
        (name,) = self.await_quarantine()
        self.assertEqual("failed", self.content("quarantine", name)["payload"]["status"])

    def test_a_run_with_a_deadline_is_adopted_only_after_it(self):
        start = {"id": AN_ID, "started_at": "2026-11-23T09:20:31Z", "status": "running", "questions_requested": 0}
        other = {**start, "id": AN_ID.replace("0d", "1d")}
        self.lay_open_file(start, liveness="deadline", expires_at="2999-01-01T00:00:00.000000Z")
        self.lay_open_file(other, liveness="deadline", expires_at="2020-01-01T00:00:00.000000Z")
        self.adopt()
        await_that(lambda: self.server.ledger.runs, "the expired run is reported")
        self.assertEqual({other["id"]: died_payload(other)}, self.server.ledger.runs)
        self.assertEqual([AN_ID + ".json"], self.files("open"))

    def test_an_open_file_that_cannot_be_read_goes_to_quarantine(self):
        self.lay_file("{half", folder="open", name=AN_ID + ".json")
        self.adopt()
        self.await_quarantine()
        self.assertEqual([], self.files("open"))
        self.assertIsNone(self.content("quarantine", AN_ID + ".json.reason")["status"])

    def test_an_open_file_of_a_newer_format_is_left_alone(self):
        start = {"id": AN_ID, "status": "running"}
        self.lay_open_file(start, format=2)
        reporter = self.adopt()
        run_id = reporter.report_run(a_summary(), 0)
        self.await_delivered(reporter)
        self.assertEqual([AN_ID + ".json"], self.files("open"))
        self.assertEqual({run_id}, set(self.server.ledger.runs))

    def test_a_run_of_this_very_process_is_never_adopted(self):
        reporter = self.reporter()
        begun = reporter.report_running(None, 20, environment="production")
        for _ in range(3):
            reporter.report_run(a_summary(), 0, environment="staging")
            self.await_delivered(reporter)
        self.assertEqual("running", self.server.ledger.runs[begun]["status"])
        self.assertEqual([begun + ".json"], self.files("open"))


def await_quarantine_of(case, count):
    await_that(lambda: len(case.files("quarantine")) == 2 * count, "%d files are in quarantine" % count)
    await_that(lambda: not case.files("queue"), "nothing is left")
    return [name for name in case.files("quarantine") if not name.endswith(".reason")]


if __name__ == "__main__":
    unittest.main()
