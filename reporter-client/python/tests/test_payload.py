"""What is posted, given what MetricsTracker says."""

import datetime
import decimal
import enum
import json
import unittest

import runledger_reporter
from runledger_reporter import QUESTION_TYPES, completion_payload, died_payload, run_id_of, start_payload
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

    def test_every_vector_of_an_exit_code_gives_its_status(self):
        for case in vectors("exit-codes.json"):
            with self.subTest(case):
                if case.get("error"):
                    with self.assertRaises(ValueError):
                        runledger_reporter._parsed_exit_codes(case["mapping"])
                else:
                    counts = {"questions_final_output": case["inserted"], "questions_requested": case["requested"]}
                    payload = completion_payload({"overall": counts}, case["exit_code"], exit_codes=case["mapping"])
                    self.assertEqual(case["status"], payload["status"])

    def test_exit_codes_that_cannot_be_read_are_told_and_the_default_is_taken(self):
        with log_lines() as lines:
            self.assertEqual("partial_failure", completion_payload({}, 3, exit_codes="0=fine")["status"])
        self.assertIn("'0=fine' says nothing about exit codes", "\n".join(lines))

    def test_every_vector_of_outcomes_gives_its_fields(self):
        for case in vectors("outcomes.json"):
            with self.subTest(case["name"]):
                outcomes = runledger_reporter._Outcomes()
                for dimension, key, counts in case["calls"]:
                    outcomes.count(dimension, key, counts)
                for name, value, of in case.get("metrics", ()):
                    outcomes.metric(name, value, of)
                payload = completion_payload(case.get("summary", {}), 0)
                outcomes.add_to(payload)
                fields = ("provider_metrics", "type_metrics", "difficulty_metrics", "breakdowns", "metrics")
                self.assertEqual(case["payload"], {name: payload[name] for name in fields if payload.get(name)})

    def test_totals_that_no_summary_knows_are_those_of_the_outcomes(self):
        outcomes = runledger_reporter._Outcomes()
        outcomes.count("model", "a", {"generated": 5, "evaluated": 4, "inserted": 1})
        outcomes.count("provider", "openai", {"generated": 3, "approved": 2, "cost_usd": 0.5})
        outcomes.count("provider", "xai", {"generated": 1, "cost_usd": 0.25})
        payload = completion_payload({"evaluation": {"approved": 9}}, 0)
        outcomes.add_to(payload)
        self.assertEqual((4, 4, 9, 1, 0.75), tuple(payload[name] for name in (
            "questions_generated", "questions_evaluated", "questions_approved", "questions_inserted", "total_cost_usd"
        )))

    def test_generation_that_nobody_recorded_is_unknown_and_not_zero_per_cent(self):
        summary = {
            "generation": {"requested": 0, "generated": 0, "failed": 0, "success_rate": 0.0},
            "evaluation": {"evaluated": 9, "approved": 7, "rejected": 2, "approval_rate": 7 / 9},
            "database": {"inserted": 7, "failed": 0},
            "overall": {"questions_requested": 0, "questions_final_output": 7, "overall_success_rate": 0.0},
        }
        payload = completion_payload(summary, 0)
        self.assertEqual((None, None, 7 / 9, 7), tuple(payload[name] for name in (
            "generation_success_rate", "overall_success_rate", "approval_rate", "questions_inserted"
        )))
        self.assertEqual(["generation_not_recorded"], [warning["type"] for warning in payload["warnings"]])
        summary["generation"]["failed"] = 1
        self.assertNotIn("warnings", completion_payload(summary, 0))

    def test_older_names_of_question_types_can_be_added(self):
        self.addCleanup(QUESTION_TYPES.pop, "riddles")
        QUESTION_TYPES["riddles"] = "logic"
        summary = {"generation": {"by_type": {"riddles": 2, "logical_reasoning": 3}}}
        self.assertEqual({"logic": 5}, completion_payload(summary, 0)["type_metrics"])

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
