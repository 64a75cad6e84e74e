package dev.runledger.analytics;

import static dev.runledger.analytics.Measure.present;
import static dev.runledger.analytics.Measure.six;
import static dev.runledger.analytics.Measure.sum;
import static dev.runledger.analytics.Measure.when;

import dev.runledger.analytics.Measure.Six;
import dev.runledger.metric.Metric;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What one run contributes to the figures of one provider. */
final class ProviderMeasure {

    /** The providers that a run names, in metrics or costs; a condition on {@code run} has to come before it. */
    static final String EACH = """
            CROSS JOIN LATERAL (
                SELECT key, value AS metrics, json_member(run.cost_by_provider, key) AS cost
                  FROM jsonb_each(json_object_or_empty(run.provider_metrics))
                 UNION ALL
                SELECT key, NULL, value
                  FROM jsonb_each(json_object_or_empty(run.cost_by_provider))
                 WHERE json_member(run.provider_metrics, key) IS NULL
            ) provider
            """;

    static final Measure RUNS = sum("runs", "1::bigint");
    /** Runs that report metrics of the provider, rather than costs alone. */
    static final Measure METRICS_RUNS = present("metrics_runs", "provider.metrics");

    static final Measure GENERATED = sum("generated", metric("generated"));
    static final Measure FAILURES = sum("failures", metric("failures"));
    static final Measure API_CALLS = sum("api_calls", metric("api_calls"));
    static final Measure INPUT_TOKENS = sum("input_tokens", cost("total_input_tokens"));
    static final Measure INPUT_TOKENS_RUNS =
            present("input_tokens_runs", "json_number(provider.cost, 'total_input_tokens')");
    static final Measure OUTPUT_TOKENS = sum("output_tokens", cost("total_output_tokens"));
    static final Measure OUTPUT_TOKENS_RUNS =
            present("output_tokens_runs", "json_number(provider.cost, 'total_output_tokens')");

    private static final Map<Metric, Six> SIX = new EnumMap<>(Metric.class);

    static {
        SIX.put(
                Metric.PROVIDER_SUCCESS_RATE,
                six("success", metric("generated"), metric("generated") + " + " + metric("failures")));
        String judged = "json_number(provider.metrics, 'evaluated') IS NOT NULL"
                + " AND json_number(provider.metrics, 'approved') IS NOT NULL";
        SIX.put(
                Metric.APPROVAL_RATE,
                six("approval", when(judged, metric("approved")), when(judged, metric("evaluated"))));
        // Rounded, since a quotient has no end; to 12 digits, so that it is the same wherever it is computed.
        SIX.put(
                Metric.ATTRIBUTED_APPROVAL_RATE,
                six(
                        "attributed",
                        when(
                                "run.questions_evaluated > 0",
                                "round(" + metric("generated")
                                        + " * run.questions_approved / nullif(run.questions_evaluated, 0), 12)"),
                        when("run.questions_evaluated > 0", metric("generated"))));
        SIX.put(Metric.API_CALLS_PER_GENERATED_QUESTION, six("calls", metric("api_calls"), metric("generated")));
        String priced = "json_number(provider.cost, 'total_cost_usd') IS NOT NULL";
        SIX.put(
                Metric.COST_PER_GENERATED_QUESTION,
                six("cost", when(priced, cost("total_cost_usd")), when(priced, metric("generated"))));
    }

    private ProviderMeasure() {}

    static Six of(Metric metric) {
        return SIX.get(metric);
    }

    /** Every column of {@code provider_rollup}. */
    static List<Measure> all() {
        List<Measure> all = new ArrayList<>(List.of(RUNS, METRICS_RUNS, GENERATED, FAILURES, API_CALLS));
        all.addAll(List.of(INPUT_TOKENS, INPUT_TOKENS_RUNS, OUTPUT_TOKENS, OUTPUT_TOKENS_RUNS));
        all.add(COST_RUNS);
        SIX.values().forEach(six -> all.addAll(six.all()));
        return all;
    }

    static final Measure COST_RUNS = present("cost_runs", "json_number(provider.cost, 'total_cost_usd')");

    private static String metric(String member) {
        return "coalesce(json_number(provider.metrics, '%s'), 0)".formatted(member);
    }

    private static String cost(String member) {
        return "coalesce(json_number(provider.cost, '%s'), 0)".formatted(member);
    }
}
