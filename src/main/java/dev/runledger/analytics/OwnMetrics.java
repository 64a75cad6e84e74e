package dev.runledger.analytics;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The metrics that reporters send themselves, and what has been said of them. */
@Service
public class OwnMetrics {

    private static final int MAX_LISTED = 1_000;

    private static final String DESCRIBED = "SELECT unit, polarity, description FROM own_metric WHERE name = :name";

    private static final String DESCRIBE = """
            INSERT INTO own_metric (name, unit, polarity, description)
            VALUES (:name, :unit, :polarity, CAST(:description AS varchar))
            ON CONFLICT (name) DO UPDATE
               SET unit = excluded.unit, polarity = excluded.polarity, description = excluded.description
            """;

    /** What has been said of a metric before any run reports it counts as well. */
    private static final String NAMES = """
            SELECT substr(metric, 5) AS name FROM rollup_series WHERE dimension = '' AND metric LIKE 'own:%%'
             UNION
            SELECT reported.name
              FROM %s run
             CROSS JOIN LATERAL jsonb_object_keys(json_object_or_empty(run.metrics)) AS reported(name)
             UNION
            SELECT name FROM own_metric
             ORDER BY name
             LIMIT :limit
            """.formatted(ChangeLog.net("true"));

    private final RollupReader rollups;
    private final JdbcClient jdbc;

    OwnMetrics(RollupReader rollups, JdbcClient jdbc) {
        this.rollups = rollups;
        this.jdbc = jdbc;
    }

    /** A metric of reporters' own, with the starts of the first and the last finished run that reports it, if any does. */
    public record Own(
            Metric metric,
            @Nullable String description,
            @Nullable Instant firstSeen,
            @Nullable Instant lastSeen) {}

    private record Description(
            Unit unit, Polarity polarity, @Nullable String description) {}

    /** The metric with unit and polarity, if somebody has said these. */
    public Metric described(Metric metric) {
        Description description = description(metric.name());
        return description == null ? metric : Metric.own(metric.name(), description.unit(), description.polarity());
    }

    /** Says what a metric counts and which way is better, instead of what was said before. */
    public Own describe(Metric metric, @Nullable String description) {
        jdbc.sql(DESCRIBE)
                .param("name", metric.name())
                .param("unit", metric.unit().name())
                .param("polarity", metric.polarity().name())
                .param("description", description)
                .update();
        return own(metric, description, rollups.total(Selection.of(RunFilter.ALL, List.of(metric))));
    }

    /** All that any run reports, or that was described, by name; the first thousand. */
    public List<Own> all() {
        List<Metric> metrics = jdbc.sql(NAMES).param("limit", MAX_LISTED).query(String.class).list().stream()
                .map(name -> Metric.own(name, Unit.NUMBER, Polarity.UNKNOWN))
                .toList();
        if (metrics.isEmpty()) {
            return List.of();
        }
        Sums sums = rollups.total(Selection.of(RunFilter.ALL, metrics));
        return metrics.stream()
                .map(metric -> {
                    Description description = description(metric.name());
                    return description == null
                            ? own(metric, null, sums)
                            : own(
                                    Metric.own(metric.name(), description.unit(), description.polarity()),
                                    description.description(),
                                    sums);
                })
                .toList();
    }

    private static Own own(Metric metric, @Nullable String description, Sums sums) {
        return new Own(metric, description, Figures.moment(sums.lowest(metric)), Figures.moment(sums.highest(metric)));
    }

    private @Nullable Description description(String name) {
        return jdbc.sql(DESCRIBED)
                .param("name", name)
                .query(Description.class)
                .optional()
                .orElse(null);
    }
}
