package dev.runledger.graphql;

import dev.runledger.analytics.GroupAnalytics;
import dev.runledger.analytics.GroupAnalytics.Group;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunOrder.Direction;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

/** Answers the query {@code groups}: metrics by up to three dimensions at once. */
@Controller
class MetricGroupController {

    private static final int MAX_DIMENSIONS = 3;
    private static final int MAX_METRICS = 10;
    private static final int MAX_GROUPS = 1_000;

    private final GroupAnalytics groups;
    private final AnalyticsArguments arguments;

    MetricGroupController(GroupAnalytics groups, AnalyticsArguments arguments) {
        this.groups = groups;
        this.arguments = arguments;
    }

    record Range(@Nullable Double min, @Nullable Double max) {

        boolean has(@Nullable Double value) {
            return value != null && (min == null || value >= min) && (max == null || value <= max);
        }
    }

    record GroupCondition(
            @Nullable Long minRuns,
            @Nullable Metric metric,
            @Nullable Range value) {

        static final GroupCondition NONE = new GroupCondition(null, null, null);
    }

    record GroupOrder(@Nullable Metric metric, Direction direction) {

        static final GroupOrder MOST_RUNS = new GroupOrder(null, Direction.DESC);
    }

    record MetricGroup(List<@Nullable String> keys, long runs, List<EstimateView> estimates) {}

    @QueryMapping
    List<MetricGroup> groups(
            @Argument List<Dimension> by,
            @Argument List<Metric> metrics,
            @Argument @Nullable RunFilterInput filter,
            @Argument @Nullable GroupCondition having,
            @Argument @Nullable GroupOrder orderBy,
            @Argument int first,
            @Argument double confidence) {
        checkDimensions(by);
        AnalyticsArguments.confidence(confidence);
        if (first < 1 || first > MAX_GROUPS) {
            throw RequestFailure.badRequest("first is %d, it must be 1 to %d".formatted(first, MAX_GROUPS));
        }
        boolean ofRuns = by.stream().allMatch(Dimension::isOfRuns);
        List<Metric> several = arguments.several(metrics, MAX_METRICS, ofRuns);
        GroupCondition condition = having == null ? GroupCondition.NONE : having;
        GroupOrder order = orderBy == null ? GroupOrder.MOST_RUNS : orderBy;
        Metric judged = among(several, condition.metric(), "having.metric");
        return groups.groups(arguments.filter(filter), by, several).stream()
                .filter(group -> condition.minRuns() == null || group.runs() >= condition.minRuns())
                .filter(group -> condition.value() == null
                        || condition.value().has(group.of(judged).ratio()))
                .sorted(comparator(order, several))
                .limit(first)
                .map(group -> new MetricGroup(
                        group.keys(),
                        group.runs(),
                        several.stream()
                                .map(metric -> EstimateView.of(metric, group.of(metric), confidence))
                                .toList()))
                .toList();
    }

    private static void checkDimensions(List<Dimension> by) {
        if (by.isEmpty() || by.size() > MAX_DIMENSIONS) {
            throw RequestFailure.badRequest(
                    "by has %d dimensions, it must have 1 to %d".formatted(by.size(), MAX_DIMENSIONS));
        }
        if (by.stream().distinct().count() < by.size()) {
            throw RequestFailure.badRequest("by has a dimension twice");
        }
        if (by.stream().filter(dimension -> !dimension.isOfRuns()).count() > 1) {
            throw RequestFailure.badRequest(
                    "by has two dimensions with names; runs do not report what they have in common");
        }
    }

    private static Metric among(List<Metric> metrics, @Nullable Metric metric, String argument) {
        if (metric == null) {
            return metrics.get(0);
        }
        return metrics.stream()
                .filter(metric::equals)
                .findFirst()
                .orElseThrow(() ->
                        RequestFailure.badRequest("%s is %s, which is not among metrics".formatted(argument, metric)));
    }

    private static Comparator<Group> comparator(GroupOrder order, List<Metric> metrics) {
        Function<Group, @Nullable Double> value;
        if (order.metric() == null) {
            value = group -> (double) group.runs();
        } else {
            Metric metric = among(metrics, order.metric(), "orderBy.metric");
            value = group -> group.of(metric).ratio();
        }
        Comparator<Double> direction =
                order.direction() == Direction.ASC ? Comparator.naturalOrder() : Comparator.reverseOrder();
        return Comparator.comparing(value, Comparator.nullsLast(direction))
                .thenComparing(MetricGroupController::compareKeys);
    }

    private static int compareKeys(Group one, Group other) {
        Comparator<@Nullable String> nullsLast = Comparator.nullsLast(Comparator.naturalOrder());
        return IntStream.range(0, one.keys().size())
                .map(i -> nullsLast.compare(one.keys().get(i), other.keys().get(i)))
                .filter(compared -> compared != 0)
                .findFirst()
                .orElse(0);
    }
}
