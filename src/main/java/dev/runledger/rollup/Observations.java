package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Formula;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Metric.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The SQL that makes observations of a run: a subquery on {@code run}, a row of the ledger, of what the run adds to each metric
 * (x, m, and what extremes are found from). Fold, changes, raw reads, audit, rebuild and single runs all read it.
 *
 * <p>It is spliced in rather than called: PostgreSQL takes a function's argument, a whole row, apart anew for each value, which
 * took 2.5 times as long (0.5 ms a run instead of 0.2).
 */
public final class Observations {

    /** The metric that counts runs: its denominator is 1 for each. */
    public static final Metric RUNS = Metric.RUN_SUCCESS_RATE;

    /**
     * The metrics that reporters send themselves. Without {@code of} a value is per run. Their extremes are when they were first
     * and last seen.
     */
    private static final String OWN = """
            SELECT '' AS dimension, '' AS key, 'own:' || own.key AS metric, json_number(own.value -> 'value') AS x,
                   coalesce(json_number(own.value -> 'of'), 1) AS m,
                   CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS lo,
                   CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS hi
              FROM jsonb_each(json_object_or_empty(run.metrics)) own
             WHERE jsonb_typeof(own.value) = 'object' AND json_number(own.value -> 'value') IS NOT NULL
               AND coalesce(json_number(own.value -> 'of'), 1) >= 0""";

    /**
     * What a run reports as outcome of names. A provider's figures are in provider_metrics, its costs in cost_by_provider; what
     * breakdowns say of it fills in the rest.
     */
    private static final String OUTCOMES = """
            SELECT named.dimension, json_name(named.key) AS key, {numbers}
              FROM (SELECT json_capped(run.provider_metrics) AS metrics, json_capped(run.cost_by_provider) AS costs,
                           json_capped(run.breakdowns -> 'provider') AS more OFFSET 0) of_providers
             CROSS JOIN LATERAL (
                    SELECT 'provider' AS dimension, key, true AS reported,
                           json_object_or_empty(more -> key) || value AS figures, costs -> key AS cost
                      FROM jsonb_each(metrics)
                     UNION ALL
                    SELECT 'provider', key, more -> key IS NOT NULL, more -> key, value
                      FROM jsonb_each(costs)
                     WHERE metrics -> key IS NULL
                     UNION ALL
                    SELECT 'provider', key, true, value, NULL
                      FROM jsonb_each(more)
                     WHERE metrics -> key IS NULL AND costs -> key IS NULL
                     UNION ALL
                    SELECT breakdown.key, entry.key, true, entry.value, NULL
                      FROM jsonb_each(json_object_or_empty(run.breakdowns)) breakdown
                     CROSS JOIN LATERAL jsonb_each(json_capped(breakdown.value)) entry
                     WHERE breakdown.key <> 'provider') named
             WHERE {selected}
            -- Keeps every number read once, however often it is used.
            OFFSET 0""";

    /** What formulas read of an outcome, under the names that they give it. */
    private static final Map<String, String> NUMBERS = numbers();

    /** What a run counts under names. */
    private static final String TALLIES = """
            SELECT named.dimension, json_name(named.key) AS key, json_number(named.value) AS quantity
              FROM (SELECT reported.dimension, tally.key, tally.value
                      FROM (SELECT *
                              FROM (VALUES ('type', run.type_metrics),
                                           ('difficulty', run.difficulty_metrics),
                                           ('error_category', run.error_summary -> 'by_category'),
                                           ('error_severity', run.error_summary -> 'by_severity')) AS every(dimension, counts)
                             WHERE {selected}) reported
                     CROSS JOIN LATERAL jsonb_each(json_capped(reported.counts)) tally) named
            OFFSET 0""";

    private static final String OF_DIMENSIONS = "%s.dimension = ANY (CAST(:dimensions AS text[]))";

    private static final String STEPS = """
            SELECT 'duration_step' AS dimension, (%s)::text AS key, '%s' AS metric, 1 AS x, 1 AS m, NULL::numeric AS lo,
                   NULL::numeric AS hi
             WHERE run.duration_seconds IS NOT NULL""".formatted(DurationStep.STEP, RUNS.code());

    private Observations() {}

    /** Everything that a run adds to, as {@code (dimension, key, metric, x, m, lo, hi)}, but for what adds nothing. */
    static String all() {
        return String.join(
                "\nUNION ALL\n",
                """
                SELECT '' AS dimension, '' AS key, of_run.*
                  FROM %s
                 WHERE x <> 0 OR m <> 0 OR lo IS NOT NULL OR hi IS NOT NULL""".formatted(ofRun(Metric.of(Subject.RUN))),
                OWN,
                """
                SELECT entry.dimension, entry.key, of_entry.*
                  FROM (%s) entry CROSS JOIN LATERAL %s
                 WHERE x <> 0 OR m <> 0""".formatted(
                                outcomes(Metric.of(Subject.OUTCOME), "true"),
                                ofEntry(Subject.OUTCOME, Metric.of(Subject.OUTCOME))),
                """
                SELECT entry.dimension, entry.key, of_entry.*
                  FROM (%s) entry CROSS JOIN LATERAL %s
                 WHERE x <> 0 OR m <> 0""".formatted(tallies("true"), ofEntry(Subject.TALLY, Metric.of(Subject.TALLY))),
                STEPS);
    }

    /** The same, of the metrics that have extremes and nothing else. */
    static String extremes() {
        return of(withExtremes()) + "\nUNION ALL\n" + OWN;
    }

    /** The codes of the metrics that have extremes, as a table. */
    static String metricsWithExtremes() {
        return withExtremes().stream()
                .map(metric -> "('%s')".formatted(metric.code()))
                .collect(joining(", ", "VALUES ", ""));
    }

    private static List<Metric> withExtremes() {
        return Metric.of(Subject.RUN).stream().filter(Observations::hasExtremes).toList();
    }

    /**
     * What a run adds to some metrics, of itself. Own metrics are those that the parameter {@code own_metrics} names.
     */
    public static String of(List<Metric> metrics) {
        return of(List.of(), metrics);
    }

    /**
     * What a run adds to some metrics, of itself or, under each name, in the dimensions, which are those of the parameter
     * {@code dimensions}. Own metrics are those that the parameter {@code own_metrics} names.
     */
    public static String of(List<Dimension> dimensions, List<Metric> metrics) {
        List<String> parts = new ArrayList<>();
        if (dimensions.isEmpty()) {
            List<Metric> builtIn =
                    metrics.stream().filter(metric -> !metric.isOwn()).toList();
            if (!builtIn.isEmpty()) {
                parts.add("SELECT '' AS dimension, '' AS key, of_run.* FROM " + ofRun(builtIn));
            }
            if (builtIn.size() < metrics.size()) {
                parts.add(OWN + " AND own.key = ANY (CAST(:own_metrics AS text[]))");
            }
        } else if (dimensions.contains(Dimension.DURATION_STEP)) {
            parts.add(STEPS);
        } else {
            List<Metric> ofOutcomes = withFormula(Subject.OUTCOME, metrics);
            if (!ofOutcomes.isEmpty()) {
                parts.add(of(
                        outcomes(ofOutcomes, OF_DIMENSIONS.formatted("named")), ofEntry(Subject.OUTCOME, ofOutcomes)));
            }
            List<Metric> ofTallies = withFormula(Subject.TALLY, metrics);
            if (!ofTallies.isEmpty()) {
                parts.add(of(tallies(OF_DIMENSIONS.formatted("every")), ofEntry(Subject.TALLY, ofTallies)));
            }
        }
        return String.join("\nUNION ALL\n", parts);
    }

    private static List<Metric> withFormula(Subject subject, List<Metric> metrics) {
        return metrics.stream()
                .filter(metric -> metric.formula(subject) != null)
                .toList();
    }

    private static String of(String entries, String observations) {
        return """
                SELECT entry.dimension, entry.key, of_entry.*
                  FROM (%s) entry CROSS JOIN LATERAL %s""".formatted(entries, observations);
    }

    /** Reading a number from JSON takes longer than anything else, so that only those are read which a formula uses. */
    private static String outcomes(List<Metric> metrics, String selected) {
        String formulas = ofEntry(Subject.OUTCOME, metrics);
        return OUTCOMES.replace("{selected}", selected)
                .replace(
                        "{numbers}",
                        NUMBERS.entrySet().stream()
                                .filter(number -> formulas.contains("entry." + number.getKey()))
                                .map(number -> number.getValue() + " AS " + number.getKey())
                                .collect(joining(",\n       ")));
    }

    private static String tallies(String selected) {
        return TALLIES.replace("{selected}", selected);
    }

    private static Map<String, String> numbers() {
        Map<String, String> numbers = new LinkedHashMap<>();
        numbers.put("reported", "named.reported");
        for (String name : List.of("generated", "failures", "api_calls", "evaluated", "approved")) {
            numbers.put(name, "json_number(named.figures -> '%s')".formatted(name));
        }
        for (String name : List.of("cost_usd", "input_tokens", "output_tokens")) {
            numbers.put(
                    name,
                    "coalesce(json_number(named.cost -> 'total_%1$s'), json_number(named.figures -> '%1$s'))"
                            .formatted(name));
        }
        return numbers;
    }

    static boolean hasExtremes(Metric metric) {
        if (metric.isOwn()) {
            return true;
        }
        Formula formula = metric.formula(Subject.RUN);
        return formula != null && formula.hasExtremes();
    }

    private static String ofRun(List<Metric> metrics) {
        return rows(Subject.RUN, metrics, "of_run");
    }

    private static String ofEntry(Subject subject, List<Metric> metrics) {
        return rows(subject, metrics, "of_entry");
    }

    private static String rows(Subject subject, List<Metric> metrics, String alias) {
        return metrics.stream()
                .map(metric -> row(metric, metric.formula(subject)))
                .collect(joining(",\n       ", "(VALUES\n       ", ") AS " + alias + " (metric, x, m, lo, hi)"));
    }

    private static String row(Metric metric, Formula formula) {
        return "('%s', %s, %s, %s, %s)"
                .formatted(
                        metric.code(),
                        formula.x(),
                        formula.m(),
                        formula.hasExtremes() ? formula.lowest() : "NULL::numeric",
                        formula.hasExtremes() ? formula.highest() : "NULL::numeric");
    }
}
