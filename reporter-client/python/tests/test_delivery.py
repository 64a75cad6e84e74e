"""A server that misbehaves: every report is in the ledger once in the end, or in quarantine with the reason."""

import email.utils
import json
import time
import unittest

import runledger_reporter
from tests.support import (
    ReporterTestCase,
    Server,
    a_summary,
    answering,
    await_that,
    cut_after_the_request,
    cut_before_the_answer,
    cut_within_the_answer,
    garbage,
    hang,
    log_lines,
    trickle,
)


class DeliveryTests(ReporterTestCase):
    def recorded_once(self, *behaviours, **options):
        """Reports a run to a server that behaves so at first; the run is in the ledger, and nothing is left."""
        self.server.behaviours = list(behaviours)
        reporter = self.reporter(**options)
        run_id = reporter.report_run(a_summary(), 0)
        self.await_delivered(reporter)
        self.assertEqual({run_id}, set(self.server.ledger.runs))
        self.assertEqual([], self.files("quarantine"))
        self.assertEqual(len(behaviours) + 1, len(self.server.requests))

    def test_a_report_is_tried_again_after_an_error_of_the_server(self):
        self.recorded_once(*[answering(status) for status in (500, 501, 502, 503, 504, 507)])

    def test_a_report_is_tried_again_after_too_many_requests(self):
        self.recorded_once(answering(429), answering(408))

    def test_a_report_is_tried_again_after_an_answer_that_is_not_runledgers(self):
        self.recorded_once(
            answering(200, {"id": "1"}),
            answering(202),
            answering(302, b"", "Location: /elsewhere"),
            answering(201, b"created"),
            answering(201, {"message": "no id"}),
            answering(201, [1]),
        )

    def test_a_report_is_tried_again_after_a_connection_cut_before_it_was_recorded(self):
        self.recorded_once(cut_after_the_request)

    def test_a_report_whose_answer_was_lost_is_one_run(self):
        self.recorded_once(cut_before_the_answer, cut_within_the_answer)

    def test_a_report_is_tried_again_after_garbage(self):
        self.recorded_once(garbage)

    def test_a_report_is_tried_again_after_a_server_that_hangs(self):
        self.recorded_once(hang, timeout=0.2)

    def test_an_answer_that_trickles_is_given_up_when_the_time_is_up(self):
        self.recorded_once(trickle, timeout=0.3)

    def test_a_report_waits_for_a_server_that_refuses_connections(self):
        self.server.stop()
        reporter = self.reporter()
        run_id = reporter.report_run(a_summary(), 0)
        self.assertFalse(reporter.flush(0.2))
        self.server = Server(self.server.port)
        self.await_delivered(reporter)
        self.assertEqual({run_id}, set(self.server.ledger.runs))

    def test_what_the_server_refuses_goes_to_quarantine_with_its_words(self):
        for status in (400, 401, 403, 404, 405, 409, 413, 415, 422):
            with self.subTest(status):
                before = len(self.files("quarantine")) // 2
                self.server.behaviours = [answering(status, {"detail": [{"msg": "Field required"}]})]
                run_id = self.reporter().report_run(a_summary(), 0)
                names = self.await_quarantine(before + 1)
                name = next(name for name in names if run_id in name)
                reason = self.content("quarantine", name + ".reason")
                self.assertEqual((status, [{"msg": "Field required"}]), (reason["status"], reason["detail"]))
                self.assertRegex(reason["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
                self.assertEqual(run_id, self.content("quarantine", name)["payload"]["id"])

    def test_a_reason_that_is_no_json_is_kept_as_text_of_bounded_length(self):
        self.server.behaviours = [answering(413, b"<html>" + b"x" * 10_000)]
        self.reporter().report_run(a_summary(), 0)
        (name,) = self.await_quarantine()
        detail = self.content("quarantine", name + ".reason")["detail"]
        self.assertEqual((4000, "<html>"), (len(detail), detail[:6]))

    def test_a_reason_that_no_json_can_hold_is_kept_as_far_as_one_can(self):
        self.server.behaviours = [answering(422, b'{"detail": {"input": NaN, "text": "\\ud800"}}')]
        self.reporter().report_run(a_summary(), 0)
        (name,) = self.await_quarantine()
        self.assertEqual({"input": None, "text": "?"}, self.content("quarantine", name + ".reason")["detail"])

    def test_a_refused_report_does_not_stop_those_behind_it(self):
        self.server.behaviours = [answering(422, {"detail": "no"})]
        reporter = self.reporter()
        reporter.report_run(a_summary(), 0)
        kept = reporter.report_run(a_summary(), 0)
        self.await_delivered(reporter)
        self.assertEqual({kept}, set(self.server.ledger.runs))

    def test_a_run_that_the_server_chokes_on_is_put_off_with_all_its_reports(self):
        reporter = self.reporter(self.nobody_listening())
        choked = reporter.report_running(None, 20, environment="a")
        reporter.report_run(a_summary(), 0, environment="a")
        other = reporter.report_run(a_summary(), 0, environment="b")
        self.server.behaviours = [answering(500)]
        through = self.reporter()
        through._delivery.start()
        self.await_delivered(through)
        self.assertEqual(
            [(other, "success"), (choked, "running"), (choked, "success")],
            [(post["id"], post["status"]) for post in self.server.ledger.posts],
        )

    def test_a_pass_ends_after_three_runs_in_a_row_that_the_server_chokes_on(self):
        runs = [self.reporter(self.nobody_listening()).report_run(a_summary(), 0) for _ in range(5)]
        self.server.behaviours = [answering(500)] * 3
        through = self.reporter()
        through._delivery.start()
        self.await_delivered(through)
        asked = [json.loads(body)["id"] for _, _, body in self.server.requests]
        self.assertEqual(runs[:3] + runs, asked)

    def test_a_pass_ends_at_once_when_it_is_the_server(self):
        runs = [self.reporter(self.nobody_listening()).report_run(a_summary(), 0) for _ in range(2)]
        self.server.behaviours = [answering(503)]
        through = self.reporter()
        through._delivery.start()
        self.await_delivered(through)
        self.assertEqual(runs[:1] + runs, [json.loads(body)["id"] for _, _, body in self.server.requests])

    def test_reports_are_delivered_in_the_order_in_which_they_were_written(self):
        written = self.reporter(self.nobody_listening())
        runs = [written.report_run(a_summary(), 0) for _ in range(20)]
        through = self.reporter()
        through._delivery.start()
        self.await_delivered(through)
        self.assertEqual(runs, [post["id"] for post in self.server.ledger.posts])

    def test_retry_after_is_waited_for(self):
        self.server.behaviours = [answering(429, b"", "Retry-After: 3000")]
        reporter = self.reporter()
        reporter.report_run(a_summary(), 0)
        await_that(lambda: self.server.requests, "the first request arrives")
        self.assertFalse(reporter.flush(0.3))
        self.assertEqual(1, len(self.server.requests))

    def test_retry_after_is_understood_in_seconds_and_as_a_date_and_bounded(self):
        soon = email.utils.formatdate(time.time() + 100, usegmt=True)
        past = email.utils.formatdate(time.time() - 100, usegmt=True)
        self.assertEqual(7.0, runledger_reporter._seconds("7"))
        self.assertAlmostEqual(100.0, runledger_reporter._seconds(soon), delta=5)
        self.assertEqual([0.0] * 5, [runledger_reporter._seconds(text) for text in (None, "-3", "soon", "nan", past)])
        self.assertEqual(3600.0, runledger_reporter._seconds("86400"))

    def test_the_delivery_log_names_the_run_and_never_the_key(self):
        self.server.behaviours = [answering(503)]
        with log_lines() as lines:
            reporter = self.reporter()
            run_id = reporter.report_run(a_summary(), 0)
            self.await_delivered(reporter)
        self.assertIn("Run %s not delivered yet: HTTP 503" % run_id, "\n".join(lines))
        self.assertNotIn("a-key", "\n".join(lines))

    def test_when_the_process_ends_one_more_try_is_made_whatever_the_backoff(self):
        runledger_reporter._FIRST_PAUSE_SECONDS = 300.0
        self.server.behaviours = [answering(500)]
        reporter = self.reporter()
        reporter.report_run(a_summary(), 0)
        await_that(lambda: self.server.requests, "the first request arrives")
        reporter._delivery.exit(time.monotonic() + 20)
        self.assertEqual(1, len(self.server.ledger.runs))

    def test_when_the_process_ends_a_server_that_asked_to_wait_is_left_alone(self):
        self.server.behaviours = [answering(429, b"", "Retry-After: 3000")]
        reporter = self.reporter()
        with log_lines() as lines:
            reporter.report_run(a_summary(), 0)
            await_that(lambda: "not delivered yet" in "\n".join(lines), "the first try has failed")
        reporter._delivery.exit(time.monotonic() + 20)
        self.assertEqual(1, len(self.server.requests))
        self.assertEqual(1, len(self.files("queue")))


if __name__ == "__main__":
    unittest.main()
