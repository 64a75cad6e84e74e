package dev.runledger.report;

import static dev.runledger.metric.Count.DUPLICATES_FOUND;
import static dev.runledger.metric.Count.EXACT_DUPLICATES;
import static dev.runledger.metric.Count.QUESTIONS_APPROVED;
import static dev.runledger.metric.Count.QUESTIONS_EVALUATED;
import static dev.runledger.metric.Count.QUESTIONS_GENERATED;
import static dev.runledger.metric.Count.QUESTIONS_INSERTED;
import static dev.runledger.metric.Count.QUESTIONS_REJECTED;
import static dev.runledger.metric.Count.QUESTIONS_REQUESTED;
import static dev.runledger.metric.Count.SEMANTIC_DUPLICATES;
import static dev.runledger.metric.Count.TOTAL_API_CALLS;

import dev.runledger.metric.Count;
import dev.runledger.metric.Rate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Finds the numbers of a report that cannot be true at once. Status and exit code are not looked at: reporters pair them
 * as they like. Nothing is compared with a stage that did not take place, since some runs only evaluate, or never do.
 */
public final class Contradictions {

    private static final double RATE_TOLERANCE = 0.01;
    private static final double SUM_TOLERANCE = 0.01;

    private final List<ReportWarning> found = new ArrayList<>();
    private final RunReport report;

    private Contradictions(RunReport report) {
        this.report = report;
    }

    /** What contradicts itself in the report, empty if nothing does. */
    public static List<ReportWarning> in(RunReport report) {
        var contradictions = new Contradictions(report);
        contradictions.times();
        contradictions.counts();
        contradictions.rates();
        contradictions.scores();
        contradictions.sums();
        return List.copyOf(contradictions.found);
    }

    private void times() {
        var completedAt = (OffsetDateTime) report.get(ReportField.COMPLETED_AT);
        if (completedAt == null) {
            return;
        }
        double elapsed = ChronoUnit.MICROS.between(report.startedAt(), completedAt) / 1e6;
        if (elapsed < 0) {
            add("completed_at", "completed_before_started", "completed_at lies before started_at");
            return;
        }
        Double duration = report.number(ReportField.DURATION_SECONDS);
        if (duration != null && Math.abs(duration - elapsed) > 1 + SUM_TOLERANCE * elapsed) {
            add(
                    "duration_seconds",
                    "duration_differs",
                    "duration_seconds is %s, but from started_at to completed_at it took %s"
                            .formatted(duration, elapsed));
        }
    }

    private void counts() {
        if (count(QUESTIONS_REQUESTED) > 0) {
            notMore(QUESTIONS_GENERATED, QUESTIONS_REQUESTED);
        }
        if (count(QUESTIONS_GENERATED) > 0) {
            notMore(QUESTIONS_EVALUATED, QUESTIONS_GENERATED);
        }
        notMore(QUESTIONS_APPROVED, QUESTIONS_EVALUATED);
        notMore(QUESTIONS_REJECTED, QUESTIONS_EVALUATED);
        long decided = count(QUESTIONS_APPROVED) + count(QUESTIONS_REJECTED);
        if (Math.max(count(QUESTIONS_APPROVED), count(QUESTIONS_REJECTED)) <= count(QUESTIONS_EVALUATED)
                && decided > count(QUESTIONS_EVALUATED)) {
            add(
                    QUESTIONS_REJECTED.column(),
                    "decided_exceeds_evaluated",
                    "questions_approved and questions_rejected are %d together, questions_evaluated is only %d"
                            .formatted(decided, count(QUESTIONS_EVALUATED)));
        }
        if (count(QUESTIONS_EVALUATED) > 0) {
            notMore(DUPLICATES_FOUND, QUESTIONS_APPROVED);
            notMore(QUESTIONS_INSERTED, QUESTIONS_APPROVED);
        }
        long kinds = count(EXACT_DUPLICATES) + count(SEMANTIC_DUPLICATES);
        if (kinds > 0 && kinds != count(DUPLICATES_FOUND)) {
            add(
                    DUPLICATES_FOUND.column(),
                    "duplicates_differ",
                    "duplicates_found is %d, but exact_duplicates and semantic_duplicates are %d together"
                            .formatted(count(DUPLICATES_FOUND), kinds));
        }
    }

    private void rates() {
        for (Rate rate : Rate.values()) {
            Double reported = report.number(ReportField.valueOf(rate.name()));
            Double counted = rate.of(report::count);
            // Reporters send 0.0 for a rate of nothing.
            if (reported != null && Math.abs(reported - (counted == null ? 0 : counted)) > RATE_TOLERANCE) {
                add(
                        rate.column(),
                        "rate_differs",
                        "%s is %s, but %s / %s is %d / %d"
                                .formatted(
                                        rate.column(),
                                        reported,
                                        rate.numerator().column(),
                                        rate.denominator().column(),
                                        count(rate.numerator()),
                                        count(rate.denominator())));
            }
        }
    }

    private void scores() {
        ascending(ReportField.MIN_ARBITER_SCORE, ReportField.AVG_ARBITER_SCORE);
        ascending(ReportField.AVG_ARBITER_SCORE, ReportField.MAX_ARBITER_SCORE);
    }

    private void ascending(ReportField lower, ReportField upper) {
        Double low = report.number(lower);
        Double high = report.number(upper);
        if (low != null && high != null && low > high) {
            add(
                    lower.column(),
                    "scores_out_of_order",
                    "%s is %s, above %s, which is %s".formatted(lower.column(), low, upper.column(), high));
        }
    }

    private void sums() {
        JsonNode providers = report.json(ReportField.PROVIDER_METRICS);
        sumNotMore(providers, "generated", QUESTIONS_GENERATED);
        sumNotMore(providers, "api_calls", TOTAL_API_CALLS);
        Double cost = report.number(ReportField.TOTAL_COST_USD);
        JsonNode costs = report.json(ReportField.COST_BY_PROVIDER);
        double sum = sum(costs, "total_cost_usd");
        if (cost != null && costs != null && Math.abs(sum - cost) > SUM_TOLERANCE * cost + 1e-6) {
            add(
                    ReportField.TOTAL_COST_USD.column(),
                    "cost_differs",
                    "total_cost_usd is %s, but the providers' costs are %s together".formatted(cost, sum));
        }
    }

    private void sumNotMore(@Nullable JsonNode providers, String member, Count total) {
        double sum = sum(providers, member);
        if (count(total) > 0 && sum > count(total)) {
            add(
                    ReportField.PROVIDER_METRICS.column(),
                    "providers_exceed_total",
                    "the providers' %s are %.0f together, %s is only %d"
                            .formatted(member, sum, total.column(), count(total)));
        }
    }

    private static double sum(@Nullable JsonNode providers, String member) {
        double sum = 0;
        for (JsonNode provider : providers == null ? List.<JsonNode>of() : providers) {
            sum += provider.path(member).asDouble(0);
        }
        return sum;
    }

    private void notMore(Count part, Count whole) {
        long value = count(part);
        if (value > count(whole)) {
            add(
                    part.column(),
                    part.column().replaceFirst("^questions_", "") + "_exceeds_"
                            + whole.column().replaceFirst("^questions_", ""),
                    "%s is %d, %s is only %d".formatted(part.column(), value, whole.column(), count(whole)));
        }
    }

    private long count(Count count) {
        return report.count(count);
    }

    private void add(String field, String type, String message) {
        found.add(new ReportWarning(field, type, message));
    }
}
