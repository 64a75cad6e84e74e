package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.Breakdowns;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.analytics.RunAnalytics.Group;
import dev.runledger.analytics.Trends;
import dev.runledger.graphql.ProviderController.ProviderFigures;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.transport.Batches;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.DataFetchingFieldSelectionSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import org.springframework.stereotype.Controller;

/** Answers {@code group.graphqls}: runs by prompt version, environment, trigger and arbiter configuration. */
@Controller
public class GroupController {

    private static final String TRENDS = "trendsOfGroups";
    private static final String PROVIDERS = "providersOfGroups";

    private final RunAnalytics runs;
    private final AnalyticsArguments arguments;

    GroupController(
            RunAnalytics runs,
            Trends trends,
            Breakdowns breakdowns,
            AnalyticsArguments arguments,
            BatchLoaderRegistry loaders) {
        this.runs = runs;
        this.arguments = arguments;
        Batches.register(loaders, TRENDS, TrendKey::query, TrendKey::group, (TrendKey one, List<RunGroup> groups) -> {
            Buckets buckets = arguments.buckets(one.groups().filter(), one.granularity(), one.timeZone());
            QueryRun.countPoints((long) groups.size() * buckets.starts().size());
            List<Trends.Series> series = trends.series(
                    one.groups().filter(),
                    List.of(one.metric()),
                    buckets,
                    one.groups().dimension());
            TrendSeries.Family family = new TrendSeries.Family(series, one.confidence());
            return Batches.byKey(
                    groups,
                    group -> new TrendSeries(
                            series.stream()
                                    .filter(found -> Objects.equals(found.key(), group.getKey()))
                                    .findFirst()
                                    .orElseGet(() -> trends.empty(one.metric(), group.getKey(), buckets)),
                            family));
        });
        Batches.register(
                loaders, PROVIDERS, RunGroup::groups, group -> group, (RunGroup one, List<RunGroup> groups) -> {
                    Map<@Nullable String, List<Breakdowns.Entry>> found = breakdowns.entries(
                            one.groups().filter(),
                            Dimension.PROVIDER,
                            one.groups().dimension(),
                            groups.stream().map(RunGroup::getKey).toList());
                    return Batches.byKey(
                            groups,
                            group -> found.get(group.getKey()).stream()
                                    .map(provider -> new ProviderFigures(
                                            provider,
                                            Dimension.PROVIDER,
                                            one.groups().filter(),
                                            one.groups().dimension(),
                                            group.getKey()))
                                    .toList());
                });
    }

    /** All groups of one query: what makes nested queries of theirs one. */
    record Groups(RunFilter filter, Dimension dimension) {}

    /** The runs of a group, as the schema's RunGroup. Within a query, groups differ by their keys. */
    static final class RunGroup extends RunFiguresView {

        private final @Nullable String key;
        private final double shareOfRuns;
        private final Groups groups;

        RunGroup(@Nullable String key, double shareOfRuns, Figures figures, Groups groups) {
            super(figures);
            this.key = key;
            this.shareOfRuns = shareOfRuns;
            this.groups = groups;
        }

        Groups groups() {
            return groups;
        }

        public @Nullable String getKey() {
            return key;
        }

        public double getShareOfRuns() {
            return shareOfRuns;
        }

        public @Nullable OffsetDateTime getFirstSeen() {
            return figures().firstSeen() == null ? null : utc(figures().firstSeen());
        }

        public @Nullable OffsetDateTime getLastSeen() {
            return figures().lastSeen() == null ? null : utc(figures().lastSeen());
        }

        public @Nullable Double getMeanDurationSeconds() {
            return figures().value(Metric.DURATION);
        }
    }

    /** A trend of a group; those with the same query are answered together. */
    record TrendKey(RunGroup group, Metric metric, Granularity granularity, String timeZone, double confidence) {
        Groups groups() {
            return group.groups();
        }

        List<Object> query() {
            return List.of(groups(), metric, granularity, timeZone, confidence);
        }
    }

    @QueryMapping
    List<RunGroup> promptVersions(@Argument @Nullable RunFilterInput filter, DataFetchingFieldSelectionSet selection) {
        return latestFirst(filter, Dimension.PROMPT_VERSION, selection);
    }

    @QueryMapping
    List<RunGroup> environments(@Argument @Nullable RunFilterInput filter, DataFetchingFieldSelectionSet selection) {
        return groups(filter, Dimension.ENVIRONMENT, RunFiguresView.selectedMetrics(selection));
    }

    @QueryMapping
    List<RunGroup> triggers(@Argument @Nullable RunFilterInput filter, DataFetchingFieldSelectionSet selection) {
        return groups(filter, Dimension.TRIGGER, RunFiguresView.selectedMetrics(selection));
    }

    @QueryMapping
    List<RunGroup> arbiterConfigs(@Argument @Nullable RunFilterInput filter, DataFetchingFieldSelectionSet selection) {
        return latestFirst(filter, Dimension.ARBITER_CONFIG, selection);
    }

    @SchemaMapping
    EstimateView estimate(RunGroup group, @Argument("metric") Metric named, @Argument double confidence) {
        Metric metric = arguments.ofRuns("metric", named);
        return EstimateView.of(metric, group.figures().sums(metric), AnalyticsArguments.confidence(confidence));
    }

    @SchemaMapping
    CompletableFuture<TrendSeries> trend(
            RunGroup group,
            @Argument("metric") Metric named,
            @Argument Granularity granularity,
            @Argument String timeZone,
            @Argument double confidence,
            DataFetchingEnvironment environment) {
        Metric metric = arguments.ofRuns("metric", named);
        AnalyticsArguments.confidence(confidence);
        return Batches.load(environment, TRENDS, new TrendKey(group, metric, granularity, timeZone, confidence));
    }

    @SchemaMapping
    CompletableFuture<List<ProviderFigures>> providers(RunGroup group, DataFetchingEnvironment environment) {
        return Batches.load(environment, PROVIDERS, group);
    }

    private List<RunGroup> groups(@Nullable RunFilterInput input, Dimension dimension, MetricSelection selected) {
        RunFilter filter = arguments.filter(input);
        List<Group> found = runs.groups(filter, dimension, selected);
        double all = found.stream().mapToLong(group -> group.figures().total()).sum();
        Groups question = new Groups(filter, dimension);
        return found.stream()
                .filter(group -> group.figures().total() > 0)
                .map(group -> new RunGroup(group.key(), group.figures().total() / all, group.figures(), question))
                .toList();
    }

    private List<RunGroup> latestFirst(
            @Nullable RunFilterInput filter, Dimension dimension, DataFetchingFieldSelectionSet selection) {
        MetricSelection selected = RunFiguresView.selectedMetrics(selection).and(MetricSelection.FIRST_AND_LAST_SEEN);
        Comparator<RunGroup> byFirstSeen = Comparator.comparing(
                group -> group.figures().firstSeen(), Comparator.nullsLast(Comparator.<Instant>reverseOrder()));
        return groups(filter, dimension, selected).stream().sorted(byFirstSeen).toList();
    }
}
