package dev.runledger.graphql;

import dev.runledger.analytics.Breakdowns;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.Buckets.TooManyBucketsException;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.OwnMetrics;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Metric.Subject;
import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads the arguments that queries over many runs have in common, and names the one that is wrong. */
@Component
class AnalyticsArguments {

    private final RunAnalytics runs;
    private final OwnMetrics ownMetrics;
    private final Clock clock;

    AnalyticsArguments(RunAnalytics runs, OwnMetrics ownMetrics, Clock clock) {
        this.runs = runs;
        this.ownMetrics = ownMetrics;
        this.clock = clock;
    }

    /** The same moment for all fields of a query. */
    Instant now() {
        return QueryRun.once(List.of("now"), () -> clock.instant().truncatedTo(ChronoUnit.MICROS));
    }

    RunFilter filter(@Nullable RunFilterInput requested) {
        return (requested == null ? RunFilterInput.ALL : requested).inLedger(now());
    }

    /** The buckets of the filter's period; where it is open, from the first run until now. */
    Buckets buckets(RunFilter filter, Granularity granularity, String timeZone) {
        ZoneId zone = zone(timeZone);
        Instant to = filter.to() == null ? now() : filter.to();
        Instant from = filter.from() == null
                ? QueryRun.once(List.of("first start", filter), () -> Optional.ofNullable(runs.firstStart(filter)))
                        .orElse(null)
                : filter.from();
        try {
            return Buckets.of(from == null || from.isAfter(to) ? to : from, to, granularity, zone);
        } catch (TooManyBucketsException e) {
            throw RequestFailure.limitExceeded(e.getMessage() + "; request a coarser one or a shorter period");
        }
    }

    static double confidence(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw RequestFailure.badRequest("confidence is %s, it must be above 0 and below 1".formatted(confidence));
        }
        return confidence;
    }

    /** A metric of runs, with what has been said of it if it is a reporter's own. */
    Metric ofRuns(String argument, Metric metric) {
        if (!metric.isOfRuns()) {
            throw RequestFailure.badRequest("%s is %s, a metric of names, such as providers; runs have %s"
                    .formatted(argument, metric, Metric.of(Subject.RUN)));
        }
        return metric.isOwn()
                ? QueryRun.once(List.of("own metric", metric), () -> ownMetrics.described(metric))
                : metric;
    }

    static Metric ofNames(String argument, Metric metric) {
        if (!metric.isOfNames()) {
            throw RequestFailure.badRequest("%s is %s, a metric of a run; names, such as providers, have %s"
                    .formatted(argument, metric, Breakdowns.METRICS));
        }
        return metric;
    }

    /** Metrics of runs, or else of names, each once. */
    List<Metric> several(List<Metric> metrics, int most, boolean ofRuns) {
        List<Metric> distinct = metrics.stream().distinct().toList();
        if (distinct.isEmpty()) {
            throw RequestFailure.badRequest("metrics is empty, it must name 1 to %d".formatted(most));
        }
        if (distinct.size() > most) {
            throw RequestFailure.limitExceeded(
                    "metrics has %d entries, it can have %d at most".formatted(distinct.size(), most));
        }
        return distinct.stream()
                .map(metric -> ofRuns ? ofRuns("metrics", metric) : ofNames("metrics", metric))
                .toList();
    }

    private static ZoneId zone(String name) {
        try {
            return name.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(name);
        } catch (DateTimeException e) {
            throw RequestFailure.badRequest("timeZone must be an IANA time zone, like \"Europe/Berlin\"");
        }
    }
}
