"""The faults that the reporters of all languages go through: vectors/faults.json."""

import json
import time
import unittest

from tests.support import (
    ReporterTestCase,
    a_summary,
    answering,
    await_that,
    cut_after_the_request,
    cut_within_the_answer,
    garbage,
    hang,
    record,
    vectors,
)

KINDS = {"hang": hang, "close": cut_after_the_request, "cut": cut_within_the_answer, "garbage": garbage}


def faults(*outcomes):
    return [fault for fault in vectors("faults.json") if fault["outcome"] in outcomes]


def behaviour(answer):
    if answer["kind"] == "http":
        headers = ["%s: %s" % header for header in answer["headers"].items()]
        return answering(answer["status"], answer["body"].encode(), *headers)
    return KINDS.get(answer["kind"], cut_after_the_request)


class FaultTests(ReporterTestCase):
    def setUp(self):
        super().setUp()
        self.fault = None
        self.server.behaviours = _Always(self)

    def write(self, count=2):
        return [self.writer().report_run(a_summary(), 0) for _ in range(count)]

    def stored(self):
        return set(self.server.ledger.runs)

    def waiting(self):
        return {name[36:72] for name in self.files("queue")}

    def start_afresh(self):
        self.server.ledger.runs.clear()
        self.server.requests.clear()

    def test_what_is_no_refusal_is_tried_until_each_run_is_there_once(self):
        for fault in faults("later"):
            with self.subTest(fault["name"]):
                self.start_afresh()
                runs = self.write()
                is_refused = fault["answer"]["kind"] == "refuse"
                self.fault = None if is_refused else behaviour(fault["answer"])
                reporter = self.reporter(self.nobody_listening() if is_refused else None, timeout=0.3)
                reporter._delivery.start()
                await_that(lambda: self.files("retry"), "it fails")
                self.assertEqual(2, len(self.files("queue")))
                reporter._delivery.exit(time.monotonic() + 20)
                self.fault = None
                self.deliver()
                self.assertEqual(set(runs), self.stored())
                self.assertEqual([], self.files("queue") + self.files("retry") + self.files("quarantine"))

    def test_what_befalls_some_reports_holds_up_no_others(self):
        for fault in faults("later"):
            with self.subTest(fault["name"]):
                self.start_afresh()
                poison = self.write()
                healthy = self.write()
                misbehave = behaviour(fault["answer"])

                def choosy(handler, body):
                    (misbehave if json.loads(body)["id"] in poison else record)(handler, body)

                self.fault = choosy
                reporter = self.reporter(timeout=0.3)
                reporter._delivery.start()
                await_that(lambda: self.waiting() == set(poison), "all others are delivered")
                self.assertLessEqual(set(healthy), self.stored())
                reporter._delivery.exit(time.monotonic() + 20)
                self.assertEqual(set(poison), self.waiting())
                self.assertTrue(all(retry["error"] for retry in self.retries()))
                self.assertEqual([], self.files("quarantine"))
                self.fault = None
                self.deliver()

    def test_what_is_refused_is_kept_with_the_servers_words(self):
        for fault in faults("quarantine", "another key"):
            with self.subTest(fault["name"]):
                self.start_afresh()
                (run_id,) = self.write(1)
                self.fault = behaviour(fault["answer"])
                self.deliver()
                self.assertEqual(1, len(self.server.requests), "it is never asked again")
                (name,) = [name for name in self.files("quarantine") if not name.endswith(".reason")]
                reason = self.content("quarantine", name + ".reason")
                answer = fault["answer"]
                self.assertEqual((answer["status"], json.loads(answer["body"])["detail"]), (
                    reason["status"], reason["detail"]
                ))
                self.fault = None
                self.deliver(key="another-key")
                self.assertEqual(fault["outcome"] == "another key", run_id in self.stored())
                for name in self.files("quarantine"):
                    self.remove("quarantine", name)


class _Always(list):
    """The same behaviour for every request, for as long as a test wants it."""

    def __init__(self, test):
        super().__init__()
        self._test = test

    def __bool__(self):
        return self._test.fault is not None

    def pop(self, at=-1):
        return self._test.fault or record


if __name__ == "__main__":
    unittest.main()
