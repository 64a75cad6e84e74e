"""What is posted, given what MetricsTracker says."""

import datetime
import decimal
import enum
import json
import unittest

from runledger_reporter import completion_payload, died_payload, run_id_of, start_payload
from tests.support import log_lines, vectors


class PayloadTests(unittest.TestCase):
    def test_every_vector_of_a_finished_run_gives_its_payload(self):
        for file in ("completion-samples.json", "completion-edge-cases.json"):
            for case in vectors(file):
                with self.subTest(case["name"]):
                    self.assertEqual(case["payload"], completion_payload(case["summary"], **case["arguments"]))

    def test_every_vector_of_a_start_gives_its_payload(self):
        for case in vectors("start.json"):
            with self.subTest(case["name"]):
                self.assertEqual(case["payload"], start_payload(**case["arguments"]))

    def test_every_vector_of_a_dead_run_gives_its_payload(self):
        for case in vectors("died.json"):
            with self.subTest(case["name"]):
                self.assertEqual(case["payload"], died_payload(case["start"]))

    def test_every_vector_of_a_name_gives_its_id(self):
        for case in vectors("ids.json"):
            with self.subTest(case["name"]):
                self.assertEqual(case["id"], run_id_of(case["name"]))

    def test_a_number_that_json_lacks_is_unknown_and_named_in_the_log(self):
        summary = {
            "execution": {"start_time": "2026-11-23T08:00:00", "duration_seconds": float("inf")},
            "generation": {"generated": float("nan"), "by_type": {"memory": float("-inf")}},
            "evaluation": {"average_score": float("nan")},
        }
        with log_lines() as lines:
            payload = completion_payload(summary, 0, min_arbiter_score_threshold=float("nan"))
        json.dumps(payload, allow_nan=False)
        self.assertIsNone(payload["duration_seconds"])
        self.assertIsNone(payload["avg_arbiter_score"])
        self.assertIsNone(payload["min_arbiter_score_threshold"])
        self.assertEqual(0, payload["questions_generated"])
        self.assertEqual({"memory": None}, payload["type_metrics"])
        self.assertIn("summary.evaluation.average_score is nan", "\n".join(lines))

    def test_values_that_python_has_and_json_lacks_are_turned_into_their_like(self):
        class Kind(enum.Enum):
            MEMORY = "memory"

        started_at = datetime.datetime(2026, 11, 23, 8, 0, 0, 1, tzinfo=datetime.timezone.utc)
        summary = {
            "execution": {"start_time": started_at, "duration_seconds": decimal.Decimal("1.5")},
            "generation": {"by_type": {Kind.MEMORY: 3}},
        }
        payload = completion_payload(summary, 0, environment=Kind.MEMORY, client_run_id=7)
        self.assertEqual("2026-11-23T08:00:00.000001+00:00", payload["started_at"])
        self.assertEqual(1.5, payload["duration_seconds"])
        self.assertEqual({"memory": 3}, payload["type_metrics"])
        self.assertEqual("memory", payload["environment"])
        self.assertEqual("7", payload["client_run_id"])


if __name__ == "__main__":
    unittest.main()
