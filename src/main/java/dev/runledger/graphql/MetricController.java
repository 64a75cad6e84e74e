package dev.runledger.graphql;

import dev.runledger.analytics.OwnMetrics;
import dev.runledger.analytics.OwnMetrics.Own;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;

/** Answers {@code metric.graphqls}: which metrics there are, and what an administrator says of reporters' own. */
@Controller
class MetricController {

    private static final int MAX_DESCRIPTION = 500;

    private final OwnMetrics ownMetrics;

    MetricController(OwnMetrics ownMetrics) {
        this.ownMetrics = ownMetrics;
    }

    record MetricDescription(
            Metric metric,
            Unit unit,
            Polarity polarity,
            @Nullable String description,
            boolean isOfRuns,
            boolean isOfNames,
            boolean isBuiltIn,
            @Nullable OffsetDateTime firstSeen,
            @Nullable OffsetDateTime lastSeen) {

        static MetricDescription of(Metric metric) {
            return of(metric, metric.description(), null, null);
        }

        static MetricDescription of(Own own) {
            return of(own.metric(), own.description(), own.firstSeen(), own.lastSeen());
        }

        private static MetricDescription of(
                Metric metric, @Nullable String description, @Nullable Instant first, @Nullable Instant last) {
            return new MetricDescription(
                    metric,
                    metric.unit(),
                    metric.polarity(),
                    description,
                    metric.isOfRuns(),
                    metric.isOfNames(),
                    !metric.isOwn(),
                    first == null ? null : SummaryController.utc(first),
                    last == null ? null : SummaryController.utc(last));
        }
    }

    @QueryMapping
    List<MetricDescription> metrics() {
        return Stream.concat(
                        Metric.builtIn().stream().map(MetricDescription::of),
                        ownMetrics.all().stream().map(MetricDescription::of))
                .toList();
    }

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:administer')")
    MetricDescription describeMetric(
            @Argument Metric metric,
            @Argument Unit unit,
            @Argument Polarity polarity,
            @Argument @Nullable String description) {
        if (!metric.isOwn()) {
            throw RequestFailure.badRequest("metric is %s, which is built in and described".formatted(metric));
        }
        if (description != null && description.length() > MAX_DESCRIPTION) {
            throw RequestFailure.badRequest("description has %d characters, it can have %d at most"
                    .formatted(description.length(), MAX_DESCRIPTION));
        }
        String text = description == null ? null : ArgumentText.check("description", description);
        return MetricDescription.of(ownMetrics.describe(Metric.own(metric.name(), unit, polarity), text));
    }
}
