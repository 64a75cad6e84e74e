package dev.runledger.graphql;

import dev.runledger.analytics.Breakdowns;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.Trends;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.transport.Batches;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import graphql.schema.DataFetchingEnvironment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import org.springframework.stereotype.Controller;

/** Answers {@code provider.graphqls}: what runs report of each provider. */
@Controller
public class ProviderController {

    private static final String TRENDS = "trendsOfProviders";

    private final Breakdowns providers;
    private final AnalyticsArguments arguments;

    ProviderController(Breakdowns providers, Trends trends, AnalyticsArguments arguments, BatchLoaderRegistry loaders) {
        this.providers = providers;
        this.arguments = arguments;
        Batches.register(
                loaders, TRENDS, TrendKey::query, TrendKey::element, (TrendKey one, List<ProviderOfGroup> elements) -> {
                    Buckets buckets = arguments.buckets(one.filter(), one.granularity(), one.timeZone());
                    QueryRun.countPoints(
                            (long) elements.size() * buckets.starts().size());
                    List<Trends.Series> series =
                            trends.series(one.filter(), List.of(one.metric()), buckets, one.dimension(), one.within());
                    TrendSeries.Family family = new TrendSeries.Family(series, one.confidence());
                    return Batches.byKey(
                            elements,
                            element -> new TrendSeries(
                                    series.stream()
                                            .filter(found -> element.provider().equals(found.key())
                                                    && Objects.equals(found.group(), element.group()))
                                            .findFirst()
                                            .orElseGet(() -> trends.empty(one.metric(), element.provider(), buckets)),
                                    family));
                });
    }

    /**
     * @param filter of the runs that the figures are over
     * @param within what these runs are a group by; null if they are all of the filter
     * @param group which group they are, if so
     */
    record ProviderFigures(
            Breakdowns.Entry figures,
            Dimension dimension,
            RunFilter filter,
            @Nullable Dimension within,
            @Nullable String group) {

        public String provider() {
            return figures.name();
        }

        public double count() {
            return figures.count();
        }

        public @Nullable Double shareOfCount() {
            return figures.shareOfCount();
        }

        public long runs() {
            return figures.runs();
        }

        public double generated() {
            return figures.generated();
        }

        public double failures() {
            return figures.failures();
        }

        public @Nullable Double apiCalls() {
            return figures.apiCalls();
        }

        public @Nullable Double successRate() {
            return figures.value(Metric.PROVIDER_SUCCESS_RATE);
        }

        public @Nullable Double apiCallsPerGeneratedQuestion() {
            return figures.value(Metric.API_CALLS_PER_GENERATED_QUESTION);
        }

        public @Nullable Double evaluated() {
            ClusterSums judged = figures.of(Metric.APPROVAL_RATE);
            return judged.runs() == 0 ? null : judged.m().doubleValue();
        }

        public @Nullable Double approved() {
            ClusterSums judged = figures.of(Metric.APPROVAL_RATE);
            return judged.runs() == 0 ? null : judged.x().doubleValue();
        }

        public @Nullable Double approvalRate() {
            return figures.value(Metric.APPROVAL_RATE);
        }

        public @Nullable Double attributedApprovalRate() {
            return figures.value(Metric.ATTRIBUTED_APPROVAL_RATE);
        }

        public @Nullable Double inputTokens() {
            return figures.inputTokens();
        }

        public @Nullable Double outputTokens() {
            return figures.outputTokens();
        }

        public @Nullable Double costUsd() {
            return figures.costUsd();
        }

        public @Nullable Double costPerGeneratedQuestion() {
            return figures.value(Metric.COST_PER_GENERATED_QUESTION);
        }

        public @Nullable Double shareOfFailures() {
            return figures.shareOfFailures();
        }

        public @Nullable Double shareOfGenerated() {
            return figures.shareOfGenerated();
        }
    }

    /** A trend of a provider; those with the same query over the same runs are answered together. */
    record TrendKey(
            Dimension dimension,
            RunFilter filter,
            @Nullable Dimension within,
            ProviderOfGroup element,
            Metric metric,
            Granularity granularity,
            String timeZone,
            double confidence) {

        List<Object> query() {
            return List.of(dimension, filter, Optional.ofNullable(within), metric, granularity, timeZone, confidence);
        }
    }

    record ProviderOfGroup(String provider, @Nullable String group) {}

    @QueryMapping
    List<ProviderFigures> providers(@Argument @Nullable RunFilterInput filter) {
        return names(Dimension.PROVIDER, filter);
    }

    @QueryMapping
    List<ProviderFigures> breakdown(@Argument Dimension dimension, @Argument @Nullable RunFilterInput filter) {
        if (dimension.isOfRuns()) {
            throw RequestFailure.badRequest(
                    "dimension is %s, an attribute of runs; ask groups(by: [%1$s]) for it".formatted(dimension.name()));
        }
        return names(dimension, filter);
    }

    private List<ProviderFigures> names(Dimension dimension, @Nullable RunFilterInput filter) {
        RunFilter requested = arguments.filter(filter);
        return providers.entries(requested, dimension).stream()
                .map(name -> new ProviderFigures(name, dimension, requested, null, null))
                .toList();
    }

    @SchemaMapping
    EstimateView estimate(ProviderFigures provider, @Argument Metric metric, @Argument double confidence) {
        return EstimateView.of(
                metric,
                provider.figures().of(AnalyticsArguments.ofNames("metric", metric)),
                AnalyticsArguments.confidence(confidence));
    }

    @SchemaMapping
    CompletableFuture<TrendSeries> trend(
            ProviderFigures provider,
            @Argument Metric metric,
            @Argument Granularity granularity,
            @Argument String timeZone,
            @Argument double confidence,
            DataFetchingEnvironment environment) {
        AnalyticsArguments.ofNames("metric", metric);
        AnalyticsArguments.confidence(confidence);
        return Batches.load(
                environment,
                TRENDS,
                new TrendKey(
                        provider.dimension(),
                        provider.filter(),
                        provider.within(),
                        new ProviderOfGroup(provider.provider(), provider.group()),
                        metric,
                        granularity,
                        timeZone,
                        confidence));
    }
}
