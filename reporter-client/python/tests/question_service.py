"""A miniature of question-service in three of its eras: the shape of its code, what it measures and what it forgets.

``python -m tests.question_service ERA HOW`` generates a few questions and reports them as that era did, with the one
import changed and, with ``--recipe``, wrapped as the README recommends.
"""

import argparse
import contextlib
import datetime
import signal
import sys
import threading
from collections import Counter

from runledger_reporter import RunReporter, current_run

TYPES = {"2025-12": "mathematical", "2026-02": "math", "2026-04": "math"}


class InsertionError(RuntimeError):
    pass


class _Counts:
    """What was never counted is 0, and so is every rate without a divisor."""

    def __init__(self):
        self.start_time = self.end_time = None
        self.requested = self.generated = self.generation_failures = 0
        self.by_provider, self.by_type, self.by_difficulty = Counter(), Counter(), Counter()
        self.scores, self.approved, self.rejected = [], 0, 0
        self.checked = self.duplicates = 0
        self.inserted = self.insertion_failures = 0
        self.calls = Counter()
        self.categories, self.severities = Counter(), Counter()

    def start_run(self):
        self.start_time = datetime.datetime.now(datetime.timezone.utc)

    def end_run(self):
        self.end_time = datetime.datetime.now(datetime.timezone.utc)

    def record_generation_request(self, count):
        self.requested += count

    def record_generation_success(self, provider, question_type, difficulty):
        self.generated += 1
        self.by_provider[provider] += 1
        self.by_type[question_type] += 1
        self.by_difficulty[difficulty] += 1
        self.calls[provider] += 1

    def record_evaluation_success(self, score, approved, judge_model):
        self.scores.append(score)
        self.approved += approved
        self.rejected += not approved
        self.calls[judge_model.split("/")[0]] += 1

    def record_duplicate_check(self, is_duplicate):
        self.checked += 1
        self.duplicates += is_duplicate

    def record_insertion_success(self, count=1):
        self.inserted += count

    def record_insertion_failure(self, error, count=1):
        self.insertion_failures += count

    def _summary(self):
        def rate(part, whole):
            return part / whole if whole else 0.0

        duration = (self.end_time - self.start_time).total_seconds() if self.start_time and self.end_time else 0.0
        return {
            "execution": {
                "start_time": self.start_time.isoformat() if self.start_time else None,
                "end_time": self.end_time.isoformat() if self.end_time else None,
                "duration_seconds": round(duration, 2),
            },
            "generation": {
                "requested": self.requested,
                "generated": self.generated,
                "failed": self.generation_failures,
                "success_rate": rate(self.generated, self.requested),
                "by_provider": dict(self.by_provider),
                "by_type": dict(self.by_type),
                "by_difficulty": dict(self.by_difficulty),
            },
            "evaluation": {
                "evaluated": len(self.scores),
                "approved": self.approved,
                "rejected": self.rejected,
                "approval_rate": rate(self.approved, len(self.scores)),
                "average_score": rate(sum(self.scores), len(self.scores)),
                "min_score": min(self.scores, default=0.0),
                "max_score": max(self.scores, default=0.0),
            },
            "deduplication": {
                "checked": self.checked,
                "duplicates_found": self.duplicates,
                "exact_duplicates": self.duplicates,
                "semantic_duplicates": 0,
                "duplicate_rate": rate(self.duplicates, self.checked),
            },
            "database": {"inserted": self.inserted, "failed": self.insertion_failures},
            "api": {"total_calls": sum(self.calls.values()), "by_provider": dict(self.calls)},
            "error_classification": {
                "by_category": dict(self.categories),
                "by_severity": dict(self.severities),
                "critical_errors": 0,
            },
            "overall": {
                "questions_requested": self.requested,
                "questions_final_output": self.inserted,
                "overall_success_rate": rate(self.inserted, self.requested),
                "total_errors": self.generation_failures + self.insertion_failures,
            },
        }


class MetricsTracker(_Counts):
    """Until February 2026."""

    def get_summary(self):
        return self._summary()


class RunSummary(_Counts):
    """Since February 2026: a container with another method, and sections for retries, verification, breakers, cost."""

    def to_summary_dict(self):
        return {
            **self._summary(),
            "verification": {"errors": 2, "parse_errors": 1, "fail_open": 0},
            "retry": {"total_retries": 4, "successful_retries": 3, "exhausted_retries": 1, "success_rate": 0.75},
            "circuit_breaker": {
                "openai": {"state": "closed", "total_calls": 10, "total_failures": 1},
                "xai": {"state": "open", "total_calls": 5, "total_failures": 5},
            },
            "cost": {
                "total_cost_usd": 0.25,
                "total_input_tokens": 1000,
                "total_output_tokens": 500,
                "by_provider": {"openai": {"total_cost_usd": 0.25, "cost_by_model": {"gpt-5.1": 0.25}}},
            },
        }


def generate(metrics, how, era):
    """All phases; how far it gets, and what the tracker hears of it, depends on ``how``."""
    if how == "config_error":
        return None
    if how == "unexpected":
        raise LookupError("no prompt for this type")
    if how == "killed":
        signal.raise_signal(signal.SIGKILL)
    if how == "hangs":
        print("generating", flush=True)
        threading.Event().wait(60)
    if how != "unrecorded":  # for three months the parallel path counted nothing
        metrics.record_generation_request(10)
        for number in range(10):
            metrics.record_generation_success(("openai", "xai")[number % 2], TYPES[era], "easy")
    for number in range(9):
        metrics.record_evaluation_success(6.0 + number / 4, number > 1, "anthropic/judge")
        metrics.record_duplicate_check(False)
    metrics.record_insertion_success(6 if how == "partial" else 7)
    if how == "partial":
        metrics.record_insertion_failure("unique violation")
    return "partial" if how == "partial" else "all"


def main_of_2025_12(how):
    """MetricsTracker; exit codes 1 = partial, 3 = configuration; reported at the very end and nowhere else."""
    try:
        metrics = MetricsTracker()
        metrics.start_run()
        reporter = RunReporter.from_environment()
        inserted = generate(metrics, how, "2025-12")
        if inserted is None:
            return 3
        metrics.end_run()
        exit_code = 1 if inserted == "partial" else 0
        reporter.report_run(
            metrics_tracker=metrics,
            exit_code=exit_code,
            environment="production",
            triggered_by="scheduler",
            prompt_version="v1.0",
            arbiter_config_version="a-1",
            min_arbiter_score_threshold=7.0,
        )
        return exit_code
    except KeyboardInterrupt:
        return 1
    except Exception:
        return 2


def main_of_2026_02(how):
    """RunSummary, the same exit codes, the judge's names."""
    try:
        metrics = RunSummary()
        metrics.start_run()
        reporter = RunReporter.from_environment()
        inserted = generate(metrics, how, "2026-02")
        if inserted is None:
            return 3
        metrics.end_run()
        exit_code = 1 if inserted == "partial" else 0
        reporter.report_run(
            summary=metrics.to_summary_dict(),
            exit_code=exit_code,
            environment="production",
            triggered_by="scheduler",
            judge_config_version="j-1",
            min_judge_score_threshold=7.0,
        )
        return exit_code
    except Exception:
        return 2


def main_of_2026_04(how):
    """A CronJob around it: failures are raised, reported on the way with a summary if there is one, and exit with 1."""
    run_id = "run-20260401-120000-abc123"
    summary = {}
    reporter = None
    inserted = 0
    try:
        try:
            metrics = RunSummary()
            metrics.start_run()
            current_run().watch(metrics)  # the one line that the recipe adds in here
            reporter = RunReporter.from_environment()
            outcome = generate(metrics, how, "2026-04")
            if outcome is None:
                raise RuntimeError("No API keys")
            metrics.end_run()
            summary = metrics.to_summary_dict()
            inserted = summary["database"]["inserted"]
            if outcome == "partial":
                raise InsertionError("6 of 7 questions inserted")
            told = reporter.report_run(
                summary=summary,
                exit_code=0,
                environment="production",
                triggered_by="scheduler",
                judge_config_version="j-1",
                min_judge_score_threshold=7.0,
                client_run_id=run_id,
            )
            print(f"Run reported to backend API (ID: {told})")
        except Exception as failure:
            if reporter:
                reporter.report_run(
                    summary=summary,
                    exit_code=3 if isinstance(failure, InsertionError) and inserted else 2,
                    environment="production",
                    triggered_by="scheduler",
                    client_run_id=run_id,
                )
            raise
    except Exception:
        return 1  # the CronJob's
    return 0


ERAS = {"2025-12": main_of_2025_12, "2026-02": main_of_2026_02, "2026-04": main_of_2026_04}
BEFORE_MARCH = "question-service-before-2026-03"


def start(era, how, recipe):
    main = ERAS[era]
    if not recipe:
        sys.exit(main(how))
    reporter = RunReporter.from_environment(exit_codes=BEFORE_MARCH if era < "2026-03" else "question-service")
    with reporter.run(10, environment="production", triggered_by="scheduler") as run:
        run.exit(main(how))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("era", choices=sorted(ERAS))
    arguments.add_argument("how")
    arguments.add_argument("--recipe", action="store_true")
    with contextlib.suppress(BrokenPipeError):
        start(**vars(arguments.parse_args()))
