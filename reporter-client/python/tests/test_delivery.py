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
    record,
    trickle,
    vectors,
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
                self.assertEqual(status in (401, 403, 404, 405), "backend" in reason)

    def test_a_refusal_that_is_not_in_runledgers_words_is_a_proxys_and_the_report_is_tried_again(self):
        page = b"<html>Service suspended</html>"
        self.recorded_once(
            *[answering(status, page) for status in (400, 401, 403, 404, 407, 413, 422)],
            answering(404, {"status": "error", "code": 404, "message": "Application not found"}),
            answering(407, {"detail": "Proxy Authentication Required"}),
            answering(422, {"detail": []}),
        )

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
        reporter = self.writer()
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
        runs = [self.writer().report_run(a_summary(), 0) for _ in range(5)]
        self.server.behaviours = [answering(500)] * 3
        self.deliver()
        asked = [json.loads(body)["id"] for _, _, body in self.server.requests]
        self.assertEqual(runs, asked[:5], "the others are not asked before, and not after, those that failed")
        self.assertEqual(sorted(runs[:3]), sorted(asked[5:]))

    def test_a_pass_ends_at_once_when_it_is_the_server(self):
        runs = [self.writer().report_run(a_summary(), 0) for _ in range(2)]
        self.server.behaviours = [answering(503), cut_after_the_request]
        self.deliver()
        asked = [json.loads(body)["id"] for _, _, body in self.server.requests]
        self.assertEqual(runs, asked[:2], "first those that have not failed")
        self.assertEqual(4, len(asked))

    def test_three_reports_that_always_fail_stop_nothing_behind_them(self):
        poison = [self.writer().report_run(a_summary(), 0, prompt_version="poison") for _ in range(3)]

        def choke_on_poison(handler, body):
            if b'"prompt_version":"poison"' in body:
                return answering(500, {"detail": "Internal server error, error id 1"})(handler, body)
            return record(handler, body)

        self.server.behaviours = [choke_on_poison] * 10_000
        writer = self.writer()
        good = [writer.report_run(a_summary(), 0) for _ in range(5)]
        reporter = self.reporter()
        reporter._delivery.start()
        await_that(lambda: set(good) == set(self.server.ledger.runs), "all others are delivered")
        good.append(reporter.report_run(a_summary(), 0))
        await_that(lambda: set(good) == set(self.server.ledger.runs), "a later one is, too")

        def alone():
            return [retry for retry in self.retries() if retry["alone_since"]]

        await_that(lambda: len(alone()) == 3, "the server is known to be well")
        self.assertEqual(set(poison), {name[36:72] for name in self.files("queue")} - set(good))
        self.assertTrue(all("error id 1" in retry["error"] for retry in alone()))

    def test_a_report_that_failed_alone_for_a_day_goes_to_quarantine_with_the_last_error(self):
        run_id = self.writer().report_run(a_summary(), 0)
        (name,) = self.files("queue")
        long_ago = "2020-01-01T00:00:00.000000Z"
        self.lay_file(
            json.dumps({
                "attempts": 300, "first_failed_at": long_ago, "last_failed_at": long_ago, "next_attempt_at": long_ago,
                "alone_since": long_ago, "error": "HTTP 500",
            }),
            folder="retry", name=name,
        )
        self.server.behaviours = [answering(500, {"detail": "error id 7"})]
        self.deliver()
        self.assertEqual([name, name + ".reason"], self.files("quarantine"))
        reason = self.content("quarantine", name + ".reason")
        self.assertEqual((500, True), (reason["status"], reason["gave_up"]))
        self.assertIn("error id 7", reason["detail"])
        self.assertEqual([], self.files("retry"))
        self.assertNotIn(run_id, self.server.ledger.runs)

    def test_what_was_refused_for_its_key_is_sent_again_when_the_key_changes(self):
        self.server.behaviours = [answering(401, {"detail": "Invalid service API key"})]
        wrong = self.reporter(key="wrong")
        run_id = wrong.report_run(a_summary(), 0)
        self.await_quarantine()
        wrong._delivery.start()
        wrong._delivery.exit(time.monotonic() + 20)
        self.assertEqual(2, len(self.files("quarantine")), "the same key makes no second try")
        right = self.reporter(key="right")
        right._delivery.start()
        await_that(lambda: run_id in self.server.ledger.runs, "it is sent with the right key")
        self.assertEqual([], self.files("quarantine"))

    def test_an_answer_means_what_the_vectors_say(self):
        for case in vectors("answers.json"):
            if case["transport"] == "rest":
                with self.subTest(case["name"]):
                    status, body = case["status"], case["body"]
                    answer = runledger_reporter._Answer(
                        status, (body or "").encode(), case["retry_after"], None if status else "refused"
                    )
                    self.assertEqual(case["outcome"], answer.outcome)
                    self.assertEqual(case["refused_as"], answer.status if answer.outcome == "refused" else None)
                    self.assertEqual(case["wait"] or 0, answer.retry_after)

    def test_a_failure_changes_what_is_known_as_the_vectors_say(self):
        instant, retry_of = runledger_reporter._instant, runledger_reporter._Retry
        self.addCleanup(setattr, runledger_reporter, "_FIRST_PAUSE_SECONDS", runledger_reporter._FIRST_PAUSE_SECONDS)
        runledger_reporter._FIRST_PAUSE_SECONDS = 1.0
        for case in vectors("retries.json"):
            with self.subTest(case["name"]):
                before = retry_of.of(case["retry"]) if case["retry"] else None
                after = retry_of.after(
                    before, case["outcome"], case["error"], case["recorded"], instant(case["now"]), case["random"]
                )
                self.assertEqual(case["quarantine"], after is None)
                self.assertEqual(case["after"], after and after.members())

    def test_a_backend_is_known_by_the_vectors_digits(self):
        for case in vectors("backends.json"):
            with self.subTest(case["url"]):
                self.assertEqual(case["backend"], runledger_reporter._Server(case["url"], case["key"], 1).backend)

    def test_reports_are_delivered_in_the_order_in_which_they_were_written(self):
        written = self.writer()
        runs = [written.report_run(a_summary(), 0) for _ in range(20)]
        self.deliver()
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
